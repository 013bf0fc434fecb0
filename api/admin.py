"""Tokens in the Django admin: to look up and to revoke; to make one it leads to where a token can be shown once."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from api.models import ApiToken
from api.services import revoke_token
from common.admin import ReadOnlyAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """The tokens of all callers; of the token itself nobody has more than its prefix."""

    list_display = [
        "name",
        "prefix",
        "scopes",
        "created_at",
        "created_by_name",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    list_filter = ["scopes", ("revoked_at", admin.EmptyFieldListFilter), "created_at"]
    search_fields = ["name", "prefix", "created_by_name", "revoked_by_name"]
    exclude = ["digest"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.add_apitoken")

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("api:new_token")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.change_apitoken")

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        at, name = timezone.now(), request.user.get_username()
        done = sum(revoke_token(token=token, actor_name=name, at=at) for token in queryset)
        messages.success(request, f"Revoked: {done}. They are refused within two seconds.")
