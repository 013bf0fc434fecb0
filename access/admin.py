"""Users and roles in the Django admin, so that nobody raises themselves and nobody locks the last one out.

Nobody takes from or gives to themselves, gives what they do not hold, or touches somebody who holds more. Hence whoever
edits stays able to edit, and a role that may change people is no way to every other role.
"""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from access.models import User
from access.reach import grantable_roles, held_by, reaches

POWERS = ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")
FOR_SUPERUSERS = ("is_staff", "is_superuser", "user_permissions")

admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """People and the roles they hold."""

    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active", "is_superuser", "last_login"]
    list_filter = ["groups", "is_active", "is_superuser"]
    search_fields = ["username", "first_name", "last_name", "email", "groups__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "-"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        shown = {"last_login", "date_joined", *super().get_readonly_fields(request, obj)}
        if not request.user.is_superuser:
            shown |= set(FOR_SUPERUSERS)
        if obj is not None and obj.pk == request.user.pk:
            shown |= set(POWERS)
        return sorted(shown)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "groups":
            options["queryset"] = grantable_roles(_giver(request)).order_by("name")
        return super().formfield_for_manytomany(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _within_reach(request, obj) and obj != request.user


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Roles; but superusers nobody changes or deletes one that they hold, or that holds more than they do."""

    list_display = ["name", "people"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(held_by=Count("user"))

    @admin.display(description="people", ordering="held_by")
    def people(self, group: Group) -> int:
        return int(getattr(group, "held_by", 0))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **options: Any) -> Any:
        if request is not None and db_field.name == "permissions":
            options["queryset"] = held_by(_giver(request)).order_by(
                "content_type__app_label", "content_type__model", "codename"
            )
        return super().formfield_for_manytomany(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


def _giver(request: HttpRequest) -> User:
    return cast(User, request.user)


def _within_reach(request: HttpRequest, person: User | None) -> bool:
    return person is None or reaches(_giver(request), person)


def _may_touch(request: HttpRequest, role: Group | None) -> bool:
    if role is None or request.user.is_superuser:
        return True
    held = request.user.groups.filter(pk=role.pk).exists()
    return not held and grantable_roles(_giver(request)).filter(pk=role.pk).exists()
