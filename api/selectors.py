"""The reads: tokens, as people list them and as a request finds one."""

from django.db.models import QuerySet

from api.models import ApiToken
from api.tokens import prefix_in


def tokens() -> QuerySet[ApiToken]:
    """All tokens: those that may be usable first, latest first."""
    return ApiToken.objects.order_by("revoked_at", "-created_at", "-pk")


def token_by_digest(digest: str) -> ApiToken | None:
    """The token with this digest, whether usable or not."""
    return ApiToken.objects.filter(digest=digest).first()


def token_by_prefix(prefix: str) -> ApiToken | None:
    """The token that people call by this prefix, or by the whole of it; see tokens.prefix_in."""
    return ApiToken.objects.filter(prefix=prefix_in(prefix).replace("\0", "")).first()
