"""What a token looks like: `cet_`, a prefix that is shown, and a secret that is shown once and stored as its digest."""

import hashlib
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MARK = "cet"
PREFIX_LENGTH = 8
SECRET_LENGTH = 40  # 238 bits
# As a word; a whole one also behind letters and digits, as in an address that is encoded within another.
LENGTH = len(f"{MARK}__") + PREFIX_LENGTH + SECRET_LENGTH
SECRET = re.compile(rf"((?:\b|(?=\w{{{LENGTH}}})){MARK}_[a-z0-9]{{{PREFIX_LENGTH}}})_[A-Za-z0-9]+")


class Scope(StrEnum):
    """What a token opens."""

    __hash__ = str.__hash__  # Enum's own is Python, and every request looks for one

    COMPONENTS = "components"
    REPORTS = "reports"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Scope.COMPONENTS: "Components: active server, calls, admission",
    Scope.REPORTS: "Reports: who runs what, explanations, dry runs",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token as far as a request needs it; without a token `key` is 0."""

    key: int
    scopes: frozenset[Scope]
    expires_at: datetime | None = None
    revoked: bool = False


ANYBODY = Caller(0, frozenset({Scope.COMPONENTS}))


def new_token() -> tuple[str, str]:
    """A token that nobody had before, and its prefix."""
    prefix = _random(string.ascii_lowercase + string.digits, PREFIX_LENGTH)
    return f"{MARK}_{prefix}_{_random(string.ascii_letters + string.digits, SECRET_LENGTH)}", prefix


def prefix_in(text: str) -> str:
    """The prefix in what a person gives for a token: the prefix, with or without `cet_`, or the whole token."""
    return text.strip().removeprefix(f"{MARK}_").partition("_")[0]


def digest(token: str) -> str:
    """What is stored of a token, and by which it is found: no comparison of secrets takes time that tells anything."""
    return hashlib.sha256(token.encode()).hexdigest()


def redacted(text: str) -> str:
    """The text with the secret of every token in it cut out."""
    return SECRET.sub(r"\1_[secret]", text)


def as_words(scopes: Iterable[Scope]) -> str:
    """Scopes as they are stored."""
    return " ".join(sorted(set(scopes)))


def from_words(words: str) -> frozenset[Scope]:
    """Scopes as they were stored."""
    return frozenset(Scope(word) for word in words.split())


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
