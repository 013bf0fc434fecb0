"""What is handed to whoever sends, and what came of it. Pure."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from failover.news import together


@dataclass(frozen=True, slots=True)
class Parcel:
    """One or more notices for one subscriber, sent together."""

    id: uuid.UUID
    subscriber: int
    name: str
    channel: str
    address: str
    secret: str = field(repr=False)
    payloads: tuple[dict[str, Any], ...] = field(repr=False)
    notices: tuple[int, ...] = ()
    oldest: datetime | None = None
    tries: int = 0

    @property
    def content(self) -> dict[str, Any]:
        """What is sent; the same at every try."""
        return together(self.payloads)

    @property
    def body(self) -> str:
        """The content as it is signed and posted."""
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; `error` is a sentence, and empty when it was delivered."""

    error: str = ""

    @property
    def delivered(self) -> bool:
        return not self.error
