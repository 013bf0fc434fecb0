"""A domain's properties, to read."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import DetailView

from appservers.models import Domain, Role
from appservers.selectors import domains, latest_save, servers_by_role


class DomainDetail(PermissionRequiredMixin, DetailView[Domain]):
    """Properties, for everyone who may see the domain."""

    permission_required = "appservers.view_domain"
    template_name = "appservers/detail.html"
    context_object_name = "domain"
    queryset = domains()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        servers = servers_by_role(self.object)
        return super().get_context_data(
            servers=[(role, servers.get(role)) for role in Role], latest_save=latest_save(self.object), **context
        )
