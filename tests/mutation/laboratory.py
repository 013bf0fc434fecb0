"""A copy of the project in which one guard is missing, and the tests that run there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutation.mutants import Mutant

BASE_DIR = Path(__file__).resolve().parent.parent.parent
NEEDED = sorted(path.parent.name for path in BASE_DIR.glob("*/apps.py"))
FILES = ("conftest.py", "pytest.ini", "tests/__init__.py", "tests/settings.py")
PLUGINS = ("-p", "no:cacheprovider", "-p", "pytest_django.plugin")
FAILED = 1  # pytest's exit code when tests ran and some failed; anything else proves nothing


def mutated(mutant: Mutant) -> str:
    """The source without the guard. Raises ValueError when it does not hold the guard's text exactly once."""
    source = (BASE_DIR / mutant.path).read_text()
    if (found := source.count(mutant.old)) != 1:
        raise ValueError(f"'{mutant.guard}': the text stands {found} times in {mutant.path}, not once")
    return source.replace(mutant.old, mutant.new)


def copied(to: Path) -> Path:
    """A copy of what tests of the guards need."""
    for package in NEEDED:
        shutil.copytree(BASE_DIR / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    (to / "tests").mkdir()
    for file in FILES:
        shutil.copy(BASE_DIR / file, to / file)
    return to


def verdict(mutant: Mutant | None, tests: tuple[str, ...], where: Path) -> tuple[int, int, str]:
    """How many of the tests failed and passed in a copy without that guard, and what they said."""
    copied(where)
    if mutant is not None:
        (where / mutant.path).write_text(mutated(mutant))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST", "DATABASE"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=line", *PLUGINS, *tests],
        cwd=where,
        env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = ran.stdout + ran.stderr
    if ran.returncode not in (0, FAILED):
        raise RuntimeError(f"the tests did not run:\n{told}")
    return _number(told, "failed"), _number(told, "passed"), told


def caught(mutant: Mutant, where: Path) -> bool:
    """Whether its test failed without the guard."""
    failed, _, _ = verdict(mutant, (mutant.test,), where)
    return failed > 0


def _number(told: str, word: str) -> int:
    found = re.search(rf"(\d+) {word}", told)
    return int(found[1]) if found else 0
