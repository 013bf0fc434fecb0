"""Who may do what, in one query where Django takes two: every page asks it."""

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend

from access.models import User
from access.reach import held_by
from common.prepared import Prepared

SOMEBODY = -1  # stands in for a person's key


class Roles(ModelBackend):
    """Django's own backend; only how it reads the permissions differs."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            held = _held(superuser=user_obj.is_superuser).rows({SOMEBODY: user_obj.pk})
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in held}
        return set(user_obj._perm_cache)


@cache
def _held(*, superuser: bool) -> Prepared:
    """What anybody holds: to compile it takes as long as the answer."""
    held = held_by(User(pk=SOMEBODY, is_superuser=superuser)).order_by()
    return Prepared(held.values_list("content_type__app_label", "codename"))
