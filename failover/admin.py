"""What the monitor knows and did, in the Django admin: to look up, never to change."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from failover.models import (
    Countdown,
    HealthChange,
    Hold,
    Lease,
    Monitor,
    NameTrouble,
    Notice,
    Pause,
    ScheduledSwitch,
    ServerHealth,
    Standing,
    Subscriber,
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


@admin.register(HealthChange)
class HealthChangeAdmin(ReadOnlyAdmin):
    """When servers came up and went down."""

    date_hierarchy = "at"
    list_display = ["at", "server", "status", "reason"]
    list_filter = ["status", "reason", "server__role", "at"]
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


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin):
    """When automatic switching was paused, by whom and why."""

    date_hierarchy = "started_at"
    list_display = ["started_at", "domain_name", "until", "actor_name", "reason", "ended_at", "ended_by"]
    list_filter = ["started_at", "ended_at"]
    search_fields = ["domain_name", "actor_name", "reason", "ended_by"]


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """What waited for a person's word, and what that person found."""

    date_hierarchy = "since"
    list_display = ["since", "domain_name", "kind", "seen_epoch", "cleared_at", "cleared_by", "note"]
    list_filter = ["kind", "since", "cleared_at"]
    search_fields = ["domain_name", "sentence", "cleared_by", "note"]


@admin.register(ScheduledSwitch)
class ScheduledSwitchAdmin(ReadOnlyAdmin):
    """Switches that people wanted made later, and what came of them."""

    date_hierarchy = "opens_at"
    list_display = ["opens_at", "closes_at", "domain_name", "to_role", "nightly", "actor_name", "outcome", "done_at"]
    list_filter = ["outcome", "nightly", "to_role", "opens_at"]
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


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    """Who is told; never with the secret."""

    exclude = ["secret"]
    list_display = ["name", "channel", "address", "enabled", "all_domains"]
    list_filter = ["channel", "enabled"]
    search_fields = ["name", "address"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What was told, what waits, and what was given up."""

    date_hierarchy = "created_at"
    list_display = [
        "created_at",
        "subscriber",
        "kind",
        "domain_name",
        "attempts",
        "last_error",
        "delivered_at",
        "dead_at",
    ]
    list_filter = ["kind", "subscriber", "delivered_at", "dead_at"]
    list_select_related = ["subscriber"]
    search_fields = ["domain_name", "last_error", "subscriber__name"]


@admin.register(NameTrouble)
class NameTroubleAdmin(ReadOnlyAdmin):
    """Host names that do not resolve for a monitor."""

    list_display = ["host", "reason", "addresses", "monitor", "since"]
    list_select_related = ["monitor"]
    search_fields = ["host", "reason"]
