"""manage.py appservers export, diff, import: exit codes as diff(1) has them, and everything as one action."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from appservers.models import Domain
from appservers.testing import pair
from audit.models import Action
from common.callers import caller
from exchange.files import MOST_BYTES

pytestmark = pytest.mark.django_db


def run(*words: object) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("appservers", *(str(word) for word in words), stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_configuration_is_kept_in_a_file(tmp_path: Path) -> None:
    pair(name="Wien")
    file = tmp_path / "servers.yaml"
    assert run("export", file) == (0, "")
    assert run("export")[1] == file.read_text()
    assert run("diff", file, "--prune") == (0, "")
    file.write_text(file.read_text().replace("name: Wien", "name: Graz"))
    code, said = run("diff", file, "--prune")
    assert (code, said.splitlines()) == (1, ["+ Graz", *said.splitlines()[1:-1], "- Wien"])
    assert "    Auto-Failover Interval: nothing -> 2" in said
    assert not Action.objects.exists()
    assert run("import", file, "--prune")[0] == 0
    assert [domain.name for domain in Domain.objects.all()] == ["Graz"]
    action = Action.objects.get()
    assert (action.username, action.path) == (caller(), "manage.py appservers import servers.yaml")
    assert run("import", file, "--prune") == (0, "Nothing differs.\n")
    assert run("export", tmp_path / "all.zip")[0] == run("diff", tmp_path / "all.zip")[0] == 0


def test_what_cannot_be_done_leaves_with_2(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("domains: [{}, {nme: x}]")
    (tmp_path / "half.json").write_text('{"domains": [{"name": "N\\ud800"}]}')
    with (tmp_path / "large.yaml").open("wb") as large:
        large.truncate(50 * 1024 * 1024)
    assert MOST_BYTES < 50 * 1024 * 1024
    for words, says in (
        (("diff", tmp_path / "wrong.yaml"), "domains[2].nme (line 1)"),
        (("diff", tmp_path / "half.json"), "domains[1].name: Character 2 is half of one (U+D800)"),
        (("import", tmp_path / "large.yaml"), "at most 16 MB"),
        (("import", tmp_path / "none.yaml"), "No such file"),
        (("export", tmp_path / "x.pdf"), "ends in none"),
        (("export", tmp_path / "no" / "x.yaml"), "cannot be written"),
    ):
        code, said = run(*words)
        assert code == 2, words
        assert says in said
