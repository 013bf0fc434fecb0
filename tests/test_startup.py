"""What is missing at a start is said in one sentence, by manage.py and by the web server alike."""

from pathlib import Path

import pytest

from scripts.installation import free_port
from tests.processes import DEPLOYED, finished

GUNICORN = ("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "contact_expert.wsgi", "--bind")


def only_sentence(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("contact-expert: ")
    return lines[0]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"SECRET_KEY": ""}, "SECRET_KEY is not set. Set it to 50", id="no-secret-key"),
        pytest.param({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set. Set it to the host names", id="no-hosts"),
        pytest.param({"SECRET_KEY_FILE": "/no/such/file"}, "SECRET_KEY_FILE names /no/such/file", id="no-key-file"),
        pytest.param({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not the address", id="no-address"),
        pytest.param({"DATABASE_URL": "mysql://a:geheim@b/c"}, "DATABASE_URL is not the address", id="other-kind"),
        pytest.param({"DATABASE_URL": "sqlite:////etc/passwd/x.db"}, "/etc/passwd cannot be created", id="no-folder"),
        pytest.param({"DATABASE_URL": "sqlite:////etc"}, "unable to open database file. Mend the file", id="no-file"),
        pytest.param({"HTTPS": "ture"}, "HTTPS is “ture”. Set it to true or false.", id="misspelt"),
    ],
)
def test_manage_says_what_to_set(variables: dict[str, str], expected: str, tmp_path: Path) -> None:
    done = finished("manage.py", "migrate", **DEPLOYED | {"VAR_DIR": str(tmp_path)} | variables)
    assert expected in only_sentence(done.stderr)
    assert done.returncode == 3
    assert "geheim" not in done.stderr + done.stdout


def test_manage_says_that_postgresql_is_away_without_the_password() -> None:
    url = f"postgresql://clerk:geheim@127.0.0.1:{free_port()}/contact_expert"
    done = finished("manage.py", "migrate", **DEPLOYED, DATABASE_URL=url)
    sentence = only_sentence(done.stderr)
    assert "The database contact_expert at 127.0.0.1:" in sentence
    assert "Connection refused" in sentence
    assert "geheim" not in sentence
    assert done.returncode == 3


def test_manage_says_that_the_tables_are_missing(scratch_database: str) -> None:
    done = finished("manage.py", "first_administrator", **DEPLOYED, DATABASE_URL=scratch_database)
    assert "Run: manage.py migrate" in only_sentence(done.stderr)
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set", id="no-hosts"),
        pytest.param({}, "Run: manage.py migrate", id="no-tables"),
    ],
)
def test_the_web_server_says_it_once(variables: dict[str, str], expected: str, tmp_path: Path) -> None:
    bind = f"127.0.0.1:{free_port()}"
    done = finished(*GUNICORN, bind, **DEPLOYED | {"VAR_DIR": str(tmp_path)} | variables)
    assert expected in only_sentence(done.stderr)
    assert done.returncode == 3


@pytest.mark.parametrize("module", ["contact_expert.wsgi", "contact_expert.asgi"])
def test_any_other_server_says_it_too(module: str, tmp_path: Path) -> None:
    done = finished("-c", f"import {module}", **DEPLOYED | {"ALLOWED_HOSTS": ""}, VAR_DIR=str(tmp_path))
    assert "ALLOWED_HOSTS is not set" in only_sentence(done.stderr)
    assert done.returncode == 3


def test_a_key_from_a_file_is_taken(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("$from-a-file-" + "x" * 50 + "\n")
    hosts = {"ALLOWED_HOSTS": "console.example", "VAR_DIR": str(tmp_path)}
    show = "from django.conf import settings; print(settings.SECRET_KEY)"
    done = finished("manage.py", "shell", "-v0", "-c", show, **hosts, SECRET_KEY_FILE=str(key))
    assert done.stdout.strip() == "$from-a-file-" + "x" * 50


def test_answers_wait_neither_for_long_turns_nor_for_a_walk_through_django(tmp_path: Path) -> None:
    show = "print(sys.getswitchinterval(), gc.get_freeze_count(), len(gc.get_objects()))"
    done = finished("-c", f"import contact_expert.wsgi, gc, sys; {show}", **DEPLOYED, VAR_DIR=str(tmp_path))
    turn, frozen, walked = map(float, done.stdout.split())
    assert turn <= 0.001
    assert frozen > 50_000
    assert walked < frozen / 100
