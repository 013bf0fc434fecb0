"""The Django admin's door."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class ConsoleAdminSite(AdminSite):
    """Opens to everyone whose role holds `access.use_admin`, besides Django's own staff flag."""

    site_header = "Contact Expert support"
    site_title = "Contact Expert support"
    index_title = "Look things up"
    site_url = "/"

    @method_decorator([never_cache, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The console's own door, so that attempts are counted at one place."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index", current_app=self.name)
        return redirect_to_login(wanted)

    def has_permission(self, request: HttpRequest) -> bool:
        may_enter = request.user.is_active and request.user.has_perm("access.use_admin")
        return may_enter or super().has_permission(request)
