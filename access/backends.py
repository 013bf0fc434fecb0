"""Who may do what, in one query where Django takes two: every page asks it."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from access.reach import held_by


class Roles(ModelBackend):
    """Django's own backend; only how it reads the permissions differs."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            held = held_by(user_obj).order_by().values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in held}
        return set(user_obj._perm_cache)
