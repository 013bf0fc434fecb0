"""The Django admin's door."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class ConsoleAdminSite(AdminSite):
    """Opens to everyone whose role holds `access.use_admin`, besides Django's own staff flag."""

    site_header = "Contact Expert support"
    site_title = "Contact Expert support"
    index_title = "Look things up"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        may_enter = request.user.is_active and request.user.has_perm("access.use_admin")
        return may_enter or super().has_permission(request)
