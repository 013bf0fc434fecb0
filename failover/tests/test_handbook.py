"""Whoever meets a word of the failover manager at three in the morning finds it in docs/operations.md."""

from collections.abc import Iterable
from enum import Enum
from pathlib import Path

import pytest
from django.conf import settings

from failover.cli.words import Exit
from failover.decision import Code, State
from failover.exceptions import Refusal
from failover.models import Ending, HoldKind, Outcome
from failover.observation import Reason

HANDBOOK = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("words", [State, Code, Refusal, HoldKind, Ending, Outcome, set(Reason) - {Reason.OK}])
def test_every_word_is_explained(words: Iterable[Enum]) -> None:
    assert [word.value for word in words if f"`{word.value}`" not in HANDBOOK] == []


def test_every_exit_code_is_explained() -> None:
    assert [code.name for code in Exit if f"\n| {code.value} | " not in HANDBOOK] == []
