"""What the monitor knows and did, in the Django admin: to look up, never to change."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from failover.models import (
    Countdown,
    Lease,
    Monitor,
    ServerHealth,
    Standing,
    SwitchEvent,
    SwitchRefusal,
)


@admin.register(ServerHealth)
class ServerHealthAdmin(ReadOnlyAdmin):
    """Which servers are up, down or unknown, and why."""

    list_display = ["server", "status", "reason", "failures", "latency", "since", "checked_at"]
    list_filter = ["status", "reason", "server__role"]
    list_select_related = ["server__domain"]
    search_fields = ["server__domain__name", "server__domain__slug", "server__server_fqdn"]


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    """Where domains stand."""

    list_display = ["domain", "state", "code", "sentence", "since", "switch_at"]
    list_filter = ["state", "code"]
    list_select_related = ["domain"]
    search_fields = ["domain__name", "domain__slug", "sentence"]


@admin.register(Countdown)
class CountdownAdmin(ReadOnlyAdmin):
    """Every wait for a switch and how it ended."""

    date_hierarchy = "started_at"
    list_display = ["started_at", "domain_name", "role", "reason", "due_at", "held_at", "ended_at", "ending"]
    list_filter = ["ending", "reason", "role", "started_at"]
    search_fields = ["domain_name", "held_sentence"]


@admin.register(SwitchEvent)
class SwitchEventAdmin(ReadOnlyAdmin):
    """Every switch that was made."""

    date_hierarchy = "at"
    list_display = ["at", "domain_name", "epoch", "cause", "to_role", "actor_name", "reason", "forced"]
    list_filter = ["cause", "to_role", "forced", "at"]
    search_fields = ["domain_name", "actor_name", "reason", "sentence"]


@admin.register(SwitchRefusal)
class SwitchRefusalAdmin(ReadOnlyAdmin):
    """Every switch that was refused, and why."""

    date_hierarchy = "at"
    list_display = ["at", "domain_name", "cause", "to_role", "code", "actor_name", "sentence"]
    list_filter = ["code", "cause", "at"]
    search_fields = ["domain_name", "actor_name", "reason", "sentence"]


@admin.register(Monitor)
class MonitorAdmin(ReadOnlyAdmin):
    """Who watches, and the latest sign of life."""

    list_display = ["identity", "leads", "heartbeat_at", "servers", "lateness", "version", "started_at", "stopped_at"]
    list_filter = ["leads", "version", "heartbeat_at"]
    search_fields = ["identity", "version"]


@admin.register(Lease)
class LeaseAdmin(ReadOnlyAdmin):
    """Who may switch."""

    list_display = ["holder", "term", "seq"]
    list_filter = ["holder"]
    search_fields = ["holder"]
