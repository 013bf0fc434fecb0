"""What the services refuse."""

from dataclasses import dataclass
from datetime import datetime

from appservers.rules import Problem


@dataclass(frozen=True)
class Save:
    """One save of a domain: by whom and when."""

    by: str
    at: datetime


class Refused(Exception):
    """A change that the services did not make; nothing was written."""


class Invalid(Refused):
    """The domain as described breaks rules."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


class Conflict(Refused):
    """Somebody saved the domain after this person had opened it; `revision` is what is stored now."""

    def __init__(self, revision: int, saves: list[Save]) -> None:
        super().__init__("The domain was changed by somebody else in the meantime.")
        self.revision = revision
        self.saves = saves

    @property
    def by(self) -> str:
        """Who saved last; the history may have been cleared since."""
        return self.saves[0].by if self.saves else "Somebody"


class Risky(Refused):
    """Saving this has consequences at once; it is saved when a person says again that it is meant."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Gone(Refused):
    """The domain was deleted in the meantime."""


class NameMismatch(Refused):
    """The name typed to confirm is not the domain's."""


class EmergencyUnchanged(Refused):
    """An emergency that is declared already, or ended already."""
