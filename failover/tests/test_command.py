"""`manage.py failover check | status | switch | history`: three formats with the same facts, and exit codes."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain
from appservers.testing import ApplicationServerFactory, DomainFactory, pair
from failover.cli.words import Exit
from failover.decision import Code, State
from failover.models import Monitor, Standing, SwitchEvent
from failover.observation import Kind
from failover.testing import (
    MonitorFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
)
from failover.tests.listeners import closed_port, hanging_up, listening
from tests.processes import DEPLOYED, finished

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hurry(settings: Any) -> None:
    """A sweep spreads its probes over a quick period."""
    settings.FAILOVER_QUICK_PERIOD = 0.05


def run(*words: str) -> tuple[str, int]:
    """What the command prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("failover", *words, stdout=out)
    except CommandError as error:
        return str(error), error.returncode
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


def facts(*words: str) -> list[dict[str, Any]]:
    """The rows of the JSON form, after a look that CSV and table hold the same."""
    rows: list[dict[str, Any]] = json.loads(run(*words, "--format", "json")[0])
    lines = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv")[0])))
    said = [{name: "" if fact is None else str(fact) for name, fact in row.items()} for row in rows]
    assert [without_latency(row) for row in said] == [without_latency(row) for row in lines]
    table = run(*words, "--format", "table")[0]
    for row in rows:
        for name, fact in without_latency(row).items():
            assert start_of(fact) in table, name
    return rows


def start_of(fact: Any) -> str:
    """How a cell of the table with this fact starts; the rest may be folded."""
    if fact is None or fact == "":
        return "-"
    return {True: "yes", False: "no"}[fact] if isinstance(fact, bool) else str(fact).split()[0][:8]


def without_latency(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what differs from one probe to the next."""
    return {name: fact for name, fact in row.items() if name != "latency_ms"}


def up(domain: Domain) -> Domain:
    """The domain, with a live monitor that sees all its servers up."""
    MonitorFactory.create()
    for server in domain.servers.all():
        ServerHealthFactory.create(server=server)
    StandingFactory.create(domain=domain)
    return domain


def test_status_names_every_domain_and_says_where_it_stands() -> None:
    up(pair(name="Budapest East", slug="budapest-east"))
    DomainFactory.create(name="Wien", slug="wien")
    rows = {row["domain"]: row for row in facts("status")}
    assert set(rows) == {"Budapest East", "Wien"}
    east = rows["Budapest East"]
    assert (east["state"], east["active"], east["epoch"], east["secondary_status"]) == ("steady", "primary", 0, "up")
    assert rows["Wien"]["secondary"] is None


def test_status_says_since_when_and_what_would_come_of_a_countdown() -> None:
    domain = up(pair(name="Wien"))
    since = timezone.now() - timedelta(seconds=30)
    Standing.objects.filter(domain=domain).update(
        state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, since=since, forecast="Would be held. Secondary is down."
    )
    (row,) = facts("status")
    assert row["forecast"] == "Would be held. Secondary is down."
    assert datetime.fromisoformat(row["since"]) == since.replace(microsecond=since.microsecond // 1000 * 1000)


def test_status_says_that_nobody_watches() -> None:
    pair()
    (row,) = facts("status")
    assert (row["state"], row["primary_status"]) == ("unknown", "unknown")
    assert "No monitor is running" in row["sentence"]


@pytest.mark.parametrize(
    "monitor",
    [
        pytest.param({"leads": False}, id="it does not lead"),
        pytest.param({"stopped_at": timezone.now()}, id="it was stopped"),
        pytest.param({"heartbeat_at": timezone.now() - timedelta(minutes=5)}, id="it is silent"),
    ],
)
def test_status_believes_no_old_record_while_no_monitor_leads(monitor: dict[str, Any]) -> None:
    up(pair())
    Monitor.objects.update(**monitor)
    (row,) = facts("status")
    assert (row["state"], row["primary_status"], row["secondary_status"]) == ("unknown", "unknown", "unknown")
    assert "No monitor is running" in row["sentence"]


def test_status_of_one_domain_by_its_name_in_any_case_or_its_slug() -> None:
    pair(name="Győr", slug="gyor")
    pair(name="Wien", slug="wien")
    assert [row["domain"] for row in facts("status", "GYŐR")] == ["Győr"]
    assert [row["domain"] for row in facts("status", "gyor")] == ["Győr"]


@pytest.mark.parametrize(
    "words",
    [("status", "nowhere"), ("check", "nowhere"), ("history", "nowhere"), ("switch", "nowhere", "--reason", "x")],
)
def test_an_unknown_domain_is_told_in_a_line(words: tuple[str, ...]) -> None:
    text, code = run(*words)
    assert code == Exit.WRONG_CALL
    assert text == "There is no domain “nowhere”. `manage.py failover status` lists them by name."


@pytest.mark.parametrize("part", ["status", "check", "history"])
def test_an_empty_name_as_from_an_unset_variable_does_not_mean_all_domains(part: str) -> None:
    pair()
    text, code = run(part, "")
    assert code == Exit.WRONG_CALL
    assert text.startswith("There is no domain “”.")


def at(domain: Domain, **ports: int) -> Domain:
    """The domain with its servers on those ports of this machine."""
    for role, port in ports.items():
        ApplicationServer.objects.filter(domain=domain, role=role).update(server_fqdn="127.0.0.1", server_port=port)
    return domain


def test_check_probes_now_and_its_exit_code_tells_the_worst() -> None:
    with listening() as one, listening() as two:
        domain = at(pair(name="Wien"), primary=one, secondary=two)
        assert run("check", "Wien")[1] == Exit.DONE
        assert [row["result"] for row in facts("check", "Wien")] == ["ok", "ok"]
        at(domain, secondary=closed_port())
        assert run("check")[1] == Exit.NOT_ANSWERING
        assert [row["result"] for row in facts("check")] == ["ok", "refused"]


def test_check_tells_a_name_that_does_not_resolve_from_a_server_that_is_out() -> None:
    ApplicationServerFactory.create(server_fqdn="no-such-host.invalid")
    text, code = run("check")
    assert code == Exit.NOT_CHECKED
    assert "unresolved" in text
    (row,) = facts("check")
    sentence, _, why = row["sentence"].partition(": ")
    assert sentence == "has a name that does not resolve"
    assert why


def test_of_a_server_that_is_out_and_one_that_could_not_be_checked_the_outage_counts() -> None:
    domain = at(pair(), primary=closed_port())
    domain.servers.filter(role=Role.SECONDARY).update(server_fqdn="no-such-host.invalid")
    assert run("check")[1] == Exit.NOT_ANSWERING
    assert [row["result"] for row in facts("check")] == ["refused", "unresolved"]


def test_check_tells_the_kind_it_used_which_a_word_may_choose() -> None:
    with listening(hanging_up) as port:
        at(DomainFactory.create(probe_kind=Kind.TCP), primary=port)
        assert [(row["kind"], row["result"]) for row in facts("check")] == [("tcp", "ok")]
        assert [(row["kind"], row["result"]) for row in facts("check", "--kind", "giop")] == [("giop", "closed")]


def switch(*words: str) -> tuple[str, int]:
    return run("switch", "wien", "--reason", "patching", "--yes", *words)


def test_switch_makes_the_standby_active_and_back() -> None:
    domain = up(pair(name="Wien", slug="wien"))
    text, code = switch("--format", "json")
    (row,) = json.loads(text)
    assert code == Exit.DONE
    assert (row["cause"], row["from"], row["to"], row["epoch"]) == ("manual", "primary", "secondary", 1)
    assert row["actor"].endswith("(command)")
    assert switch("--to", "primary")[1] == Exit.DONE
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 2)


def test_a_caller_whom_the_system_does_not_know_is_recorded_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    up(pair(name="Wien", slug="wien"))
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert switch()[1] == Exit.DONE
    assert SwitchEvent.objects.get().actor_name == "uid 54321 (command)"


def test_switch_says_why_it_does_not() -> None:
    domain = up(pair(name="Wien", slug="wien"))
    assert switch("--to", "primary")[1] == Exit.ALREADY_ACTIVE
    assert switch("--epoch", "7")[1] == Exit.CONFLICT
    domain.servers.get(role=Role.SECONDARY).health.delete()
    text, code = switch()
    assert code == Exit.REFUSED
    assert text.endswith("[standby_not_up]")
    assert switch("--force")[1] == Exit.DONE
    assert SwitchEvent.objects.get().forced


def test_switch_needs_a_reason_and_somebody_to_confirm() -> None:
    up(pair(name="Wien", slug="wien"))
    text, code = run("switch", "wien", "--yes")
    assert code != 0
    assert "--reason" in text
    assert run("switch", "wien", "--reason", " ", "--yes")[1] == Exit.REFUSED
    text, code = run("switch", "wien", "--reason", "patching")
    assert (code, text) == (Exit.WRONG_CALL, "Nobody is there to confirm. Add --yes if the switch is meant.")
    assert not SwitchEvent.objects.exists()


def test_switch_refuses_a_domain_without_a_standby_and_a_server_that_does_not_exist() -> None:
    DomainFactory.create(name="Wien", slug="wien")
    text, code = switch()
    assert code == Exit.REFUSED
    assert text.endswith("[no_standby]")
    assert switch("--to", "tertiary")[1] != Exit.DONE


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_switch_prints_the_event_in_each_format(form: str) -> None:
    domain = up(pair(name="Wien", slug="wien"))
    text, code = switch("--epoch", "0", "--format", form)
    assert code == Exit.DONE
    for word in ("Wien", "manual", "primary", "secondary", SwitchEvent.objects.get().actor_name, "patching"):
        assert word in text
    domain.refresh_from_db()
    assert domain.epoch == 1


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], int]]:
    """A terminal on standard input, and what types into it."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda keys: os.write(ours, keys)
    os.close(ours)


def test_a_person_confirms_by_typing_the_name_and_the_output_stays_clean(
    terminal: Callable[[bytes], int], capsys: pytest.CaptureFixture[str]
) -> None:
    up(pair(name="Győr", slug="gyor"))
    terminal("Győr\n".encode())
    text, code = run("switch", "gyor", "--reason", "patching", "--format", "json")
    assert code == Exit.DONE
    assert json.loads(text)[0]["to"] == "secondary"
    asked = capsys.readouterr()
    assert "Secondary of Győr becomes active; calls in progress drop. Type the domain's name:" in asked.err
    assert asked.out == ""


@pytest.mark.parametrize("keys", [pytest.param(b"wrong\n", id="another name"), pytest.param(b"\x04", id="Ctrl-D")])
def test_another_word_than_the_name_switches_nothing(terminal: Callable[[bytes], int], keys: bytes) -> None:
    up(pair(name="Wien", slug="wien"))
    terminal(keys)
    text, code = run("switch", "wien", "--reason", "patching")
    assert (text, code) == ("That is not the domain's name. Nothing was done.", Exit.WRONG_CALL)
    assert not SwitchEvent.objects.exists()


@pytest.mark.parametrize("part", ["run", "switch nowhere --reason x --yes"])
def test_without_tables_these_parts_too_say_in_a_line_what_to_do(part: str, tmp_path: Path) -> None:
    variables = DEPLOYED | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}", "VAR_DIR": str(tmp_path)}
    done = finished("manage.py", "failover", *part.split(), **variables)
    assert done.returncode == Exit.NOT_STARTED
    assert "manage.py migrate" in done.stderr
    assert done.stderr.count("\n") == 1


def test_history_lists_the_latest_first_also_of_domains_that_are_gone() -> None:
    domain = pair(name="Wien")
    SwitchEventFactory.create(domain=domain, epoch=1)
    SwitchEventFactory.create(domain=domain, epoch=2, from_role=Role.SECONDARY, to_role=Role.PRIMARY)
    SwitchEventFactory.create(domain=None, domain_name="Gone", epoch=1)
    assert [(row["domain"], row["epoch"]) for row in facts("history")] == [("Gone", 1), ("Wien", 2), ("Wien", 1)]
    assert [row["epoch"] for row in facts("history", "wien", "--limit", "1")] == [2]


def test_history_finds_what_is_kept_of_a_deleted_domain_by_its_name() -> None:
    domain = pair(name="Győr", slug="gyor")
    SwitchEventFactory.create(domain=domain, epoch=1)
    delete_domain(domain=domain, typed_name="Győr")
    SwitchEventFactory.create(domain=None, domain_name="Another", epoch=7)
    assert [row["epoch"] for row in facts("history", "GYŐR")] == [1]
    SwitchEventFactory.create(domain=pair(name="Győr", slug="gyor"), epoch=5)
    assert [row["epoch"] for row in facts("history", "gyor")] == [5, 1]


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_refused(limit: str) -> None:
    assert run("history", f"--limit={limit}")[1] != 0
