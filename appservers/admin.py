"""Domains, their servers and the history of both in the Django admin. Every write goes through services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from appservers.adminforms import DomainAdminForm, ServerFormSet, ServerInlineForm
from appservers.exceptions import Refused
from appservers.models import ApplicationServer, Domain, Emergency
from appservers.neighbours import prefetches, remarked
from appservers.services import delete_domain, save_domain
from appservers.store import GENERAL_FIELDS
from common.admin import ReadOnlyAdmin


class ServerInline(admin.StackedInline[ApplicationServer, Domain]):
    """The servers on their domain's page."""

    model = ApplicationServer
    form = ServerInlineForm
    formset = ServerFormSet
    min_num = 1
    max_num = 2
    extra = 1


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin[Domain]):
    """Domains; the same checks and the same write as the console's form."""

    form = DomainAdminForm
    inlines = [ServerInline]
    list_display = [
        "name",
        "remarks",
        "primary",
        "secondary",
        "active_role",
        "auto_failover_interval",
        "outsource",
        "emergency",
    ]
    list_filter = ["outsource", "emergency", "unique_anonymous", "probe_kind", "automatic_failover", "active_role"]
    search_fields = ["name", "name_key", "slug", "servers__server_fqdn"]
    readonly_fields = ["remarks", "active_role", "epoch", "emergency"]
    general = list(GENERAL_FIELDS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Domain]:
        return super().get_queryset(request).prefetch_related("servers", *prefetches())

    @admin.display(description="primary")
    def primary(self, domain: Domain) -> str:
        return self._endpoint(domain, "primary")

    @admin.display(description="remarks")
    def remarks(self, domain: Domain) -> str:
        return " ".join(remarked(domain)) or "-"

    @admin.display(description="secondary")
    def secondary(self, domain: Domain) -> str:
        return self._endpoint(domain, "secondary")

    def get_fields(self, request: HttpRequest, obj: Domain | None = None) -> Any:
        if obj is None:
            return self.general
        hidden = ["meant", "seen_revision"] if self.has_change_permission(request, obj) else []
        return [*self.general, *self.readonly_fields, *hidden]

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **options)
        except Refused as refused:
            # Somebody was faster in the instant between the form's check and the write.
            messages.error(request, f"Nothing was saved. {refused} This is what is stored now.")
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: bool) -> None:
        """Leave it to save_related: a domain is saved together with its servers."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        (servers,) = formsets
        servers.save(commit=False)  # tells the admin's own log what changed
        save_domain(
            domain=form.instance,
            primary=servers.wanted["primary"].instance,
            secondary=servers.wanted["secondary"].instance if "secondary" in servers.wanted else None,
            seen_revision=form.cleaned_data.get("seen_revision") or 0,
            meant=form.cleaned_data.get("meant", False),
        )

    def delete_model(self, request: HttpRequest, obj: Domain) -> None:
        delete_domain(domain=obj, typed_name=obj.name)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        for domain in queryset:
            self.delete_model(request, domain)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Who may delete a domain may delete what hangs on it, though its rows cannot be deleted one by one.
        listed, counts, _, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    @staticmethod
    def _endpoint(domain: Domain, role: str) -> str:
        return next((server.endpoint for server in domain.servers.all() if server.role == role), "-")


@admin.register(ApplicationServer)
class ApplicationServerAdmin(ReadOnlyAdmin):
    """Servers to find; they change with their domain."""

    list_display = ["server_fqdn", "server_port", "domain", "role", "private_web_fqdn", "public_web_fqdn"]
    list_filter = ["role", "domain__outsource"]
    list_select_related = ["domain"]
    search_fields = ["server_fqdn", "private_web_fqdn", "public_web_fqdn", "domain__name"]


@admin.register(Emergency)
class EmergencyAdmin(ReadOnlyAdmin):
    """Emergencies; they are declared and ended in the console."""

    list_display = ["domain_name", "declared_at", "declared_by_name", "reason", "ended_at", "ended_by_name"]
    list_filter = ["declared_at", ("ended_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "declared_at"
    search_fields = ["domain_name", "declared_by_name", "ended_by_name", "reason", "end_reason"]


class HistoryAdmin(ReadOnlyAdmin):
    """Who changed what, and when."""

    list_filter = ["history_type", "history_date"]
    date_hierarchy = "history_date"
    list_select_related = ["history_user"]


@admin.register(Domain.history.model)
class DomainHistoryAdmin(HistoryAdmin):
    """What domains were like after each change."""

    list_display = ["history_date", "history_type", "history_user", "name", "auto_failover_interval", "outsource"]
    search_fields = ["name", "name_key", "history_user__username"]


@admin.register(ApplicationServer.history.model)
class ServerHistoryAdmin(HistoryAdmin):
    """What servers were like after each change."""

    list_display = ["history_date", "history_type", "history_user", "domain_name", "role", "server_fqdn", "server_port"]
    search_fields = ["server_fqdn", "private_web_fqdn", "public_web_fqdn", "history_user__username"]

    @admin.display(description="domain")
    def domain_name(self, record: Any) -> str:
        latest = Domain.history.filter(id=record.domain_id).first()
        return latest.name if latest else f"domain {record.domain_id}"
