"""What the trail keeps besides the history that every app keeps itself."""

from collections.abc import Iterable

from django.db import models


class Action(models.Model):
    """One request that changed something: who sent it, whence and where. Keeps the name of a user who is deleted."""

    request_id = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    username = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=300)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ()
        permissions = [("view_trail", "Can read the audit trail")]
        indexes = [models.Index(fields=["username"], name="action_username")]  # the trail is filtered by it

    def __str__(self) -> str:
        return f"{self.username or 'somebody'}: {self.path}"


def known(ids: Iterable[str]) -> dict[str, Action]:
    """The actions with these ids, by id."""
    wanted = {one for one in ids if one}
    return {action.request_id: action for action in Action.objects.filter(request_id__in=wanted)} if wanted else {}
