"""Who may do what, in one query where Django takes two: every page asks it."""

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from access.models import User
from access.reach import held_by


class Roles(ModelBackend):
    """Django's own backend; only how it reads the permissions differs."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            sql = _held(superuser=user_obj.is_superuser)
            with connection.cursor() as cursor:
                cursor.execute(sql, [user_obj.pk] * sql.count("%s"))
                user_obj._perm_cache = {f"{app}.{codename}" for app, codename in cursor.fetchall()}
        return set(user_obj._perm_cache)


@cache
def _held(*, superuser: bool) -> str:
    """What anybody holds, as SQL: to compile it takes as long as the answer. Each parameter is the person's key."""
    held = held_by(User(pk=0, is_superuser=superuser)).order_by().values_list("content_type__app_label", "codename")
    sql: str = held.query.sql_with_params()[0]
    return sql
