"""`failover switch --dry-run`: both servers, their last checks, what would happen and what would be refused."""

from collections.abc import Iterator
from typing import Any

from appservers.models import Domain, Role
from common.tables import Row, rendered
from failover.cli.words import Exit, refusal_code
from failover.clock import SystemClock
from failover.overview import DomainRow, ServerRow, overview
from failover.precheck import Precheck, precheck

COLUMNS = ("part", "what", "status", "checked_at", "words")


def handle(domain: Domain, to_role: Role, options: dict[str, Any]) -> tuple[str, int]:
    """Print it; the exit code is that which the switch would have."""
    clock = SystemClock()
    row = overview(now=clock.now(), only=domain.pk).rows[0]
    epoch = domain.epoch if options["epoch"] is None else options["epoch"]
    found = precheck(row, to_role, seen_epoch=epoch, force=options["force"], clock=clock)
    code = Exit.DONE if found.refused is None else refusal_code(found.refused)
    return rendered(list(_rows(row, found)), COLUMNS, options["format"], width=200), code


def _rows(row: DomainRow, found: Precheck) -> Iterator[Row]:
    yield _row("domain", row.domain.name, str(row.state), words=row.sentence)
    for server in row.servers:
        yield _server(server)
    if found.refused is not None:
        yield _row("refused", found.refused.code, words=found.refused.sentence)
    for effect in found.effects:
        yield _row("if forced" if found.refused else "would happen", words=effect)


def _server(server: ServerRow) -> Row:
    what = f"{server.role.value}, {'active' if server.active else 'standby'}, {server.endpoint}"
    known = f"last known: {server.last_known.word.lower()}. " if server.last_known else ""
    return _row("server", what, str(server.status), server.checked_at, f"{known}{server.note}")


def _row(part: str, what: str = "", status: str = "", checked_at: Any = None, words: str = "") -> Row:
    return {"part": part, "what": what, "status": status, "checked_at": checked_at, "words": words}
