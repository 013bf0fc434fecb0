"""What lies in the repository is what it claims to be."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.processes import BASE_DIR

VENDOR = BASE_DIR / "static" / "vendor"
TEMPLATES = sorted(BASE_DIR.glob("templates/**/*.html")) + sorted(BASE_DIR.glob("*/templates/**/*.html"))
CONTEXT = re.compile(r"\A(\{#.*#\}\n)*\{# Context: .*#\}")


def named(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def test_the_assets_of_others_are_unchanged_and_all_are_listed() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    listed = {name.removeprefix("./"): digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == listed


def test_the_assets_of_others_come_with_their_licence() -> None:
    folders = [folder for folder in VENDOR.iterdir() if folder.is_dir()]
    assert folders
    assert not [folder.name for folder in folders if not list(folder.glob("LICEN[CS]E*"))]


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_says_first_what_context_it_takes(template: Path) -> None:
    assert CONTEXT.match(template.read_text()), "start with {# what it is #} and {# Context: its variables #}"


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_loads_nothing_from_elsewhere(template: Path) -> None:
    """The users' networks are closed, and the content security policy allows no inline script or style."""
    text = template.read_text()
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_decides_by_a_word_that_people_read(path: Path) -> None:
    assert not re.search(r"look\.word\s*(==|!=| in )", path.read_text()), "a look has a key for that"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_locked_requirements_name_no_index_and_have_hashes(name: str) -> None:
    text = (BASE_DIR / name).read_text()
    assert "index-url" not in text
    assert "find-links" not in text
    assert "://" not in text
    packages = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==", text, re.MULTILINE | re.IGNORECASE)
    assert len(packages) > 10
    assert len(re.findall(r"^\S+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(packages)


def test_psycopg_3_is_never_installed_beside_psycopg2() -> None:
    """Django would silently prefer it."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"^psycopg(\[|==)", (BASE_DIR / name).read_text(), re.MULTILINE)


def test_the_operators_page_lists_every_variable_of_the_settings() -> None:
    settings = (BASE_DIR / "contact_expert" / "settings.py").read_text()
    read = set(
        re.findall(r'\b(?:database|flag|log_level|number|required|text|time_zone|whole|words)\(\s*"(\w+)"', settings)
    )
    listed = set(re.findall(r"^\| `(\w+)` \|", (BASE_DIR / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert len(read) >= 15
    assert read - listed == set()


def test_a_test_that_commits_brings_back_what_migrations_made() -> None:
    """It empties all tables at its end; `serialized_rollback` puts the roles and the lease back for the next one."""
    commits = re.compile(r"^.*(?:transaction=True|\btransactional_db\b|\blive_server\b).*$", re.MULTILINE)
    found = [
        f"{named(path)}: {line.strip()}"
        for path in BASE_DIR.glob("*/tests/**/*.py")
        for line in commits.findall(path.read_text())
        if "serialized_rollback" not in line
    ]
    assert found == []
