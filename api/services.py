"""The writes: tokens."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from api import tokens
from api.models import ApiToken
from api.tokens import Scope
from common.actions import action_id

USE_IS_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime | None = None,
    actor_id: int | None = None,
    actor_name: str,
) -> tuple[ApiToken, str]:
    """Create a token. The second value is the token itself: this is the only time that anybody sees it.

    Raises ValidationError.
    """
    secret, prefix = tokens.new_token()
    token = ApiToken(
        name=" ".join(name.split()),
        prefix=prefix,
        digest=tokens.digest(secret),
        scopes=tokens.as_words(scopes),
        expires_at=expires_at,
        created_by_id=actor_id,
        created_by_name=actor_name,
    )
    token.full_clean(exclude=["created_by"])
    with transaction.atomic():
        token.request_id = action_id()
        token.save(force_insert=True)
    return token, secret


def revoke_token(*, token: ApiToken, actor_name: str, at: datetime) -> bool:
    """Revoke a token for good; False when somebody did so before."""
    with transaction.atomic():
        said = {"revoked_at": at, "revoked_by_name": actor_name, "revoke_request_id": action_id()}
        return ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(**said) == 1


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    due = at - USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= due:
        old = Q(last_used_at=None) | Q(last_used_at__lte=due)
        ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=at)
