"""Answers that were given, kept in bounded space for whoever asks the same."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

MOST = 20_000
MOST_BYTES = 16_000_000  # answers about a component with hundreds of rules are long
Key = tuple[object, ...]
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Memory(Generic[Answer]):
    """By question; when it is full it begins anew."""

    known: dict[Key, Answer] = field(default_factory=dict)
    size: int = 0

    def keep(self, question: Key, answer: Answer, size: int) -> None:
        """Remember an answer of so many bytes."""
        if len(self.known) >= MOST or self.size + size > MOST_BYTES:
            self.known.clear()
            self.size = 0
        self.known[question] = answer
        self.size += size
