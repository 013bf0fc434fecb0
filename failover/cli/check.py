"""`failover check`: probe now, from here, and say what each server answers."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from appservers.models import Domain
from appservers.selectors import domains
from common.tables import Row, rendered
from failover import conf
from failover.cli.words import Exit, add_format, named_domain
from failover.observation import Kind, Observation, Target, Verdict
from failover.probes import sweep

HELP = "probe the servers of one domain, or of all, and say what each answers"
COLUMNS = ("domain", "role", "server", "active", "kind", "result", "latency_ms", "sentence")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain and the format."""
    parser.add_argument("domain", nargs="?", help="name or slug; all domains without it")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), help="tcp or giop; what each domain has without it")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Probe once each; the exit code tells the worst that was seen."""
    wanted = [named_domain(options)] if options["domain"] is not None else list(domains())
    targets = [target for domain in wanted for target in _targets(domain, options["kind"])]
    seen = sweep(targets, pace=conf.pace())
    return rendered(list(_rows(wanted, seen, options["kind"])), COLUMNS, options["format"]), _exit_code(seen.values())


def _targets(domain: Domain, kind: Kind | None) -> Iterable[Target]:
    for server in domain.servers.all():
        yield Target(
            server=server.pk,
            configuration=server.configuration,
            host=server.server_fqdn,
            port=server.server_port,
            kind=kind or Kind(domain.probe_kind),
            key=domain.object_key.encode(),
        )


def _rows(wanted: Iterable[Domain], seen: dict[int, Observation], kind: Kind | None) -> Iterable[Row]:
    for domain in wanted:
        for server in domain.servers.all():
            observation = seen[server.pk]
            yield {
                "domain": domain.name,
                "role": server.role,
                "server": server.endpoint,
                "active": server.role == domain.active_role,
                "kind": str(kind or domain.probe_kind),
                "result": str(observation.reason),
                "latency_ms": round(observation.latency, 1),
                "sentence": observation.reason.sentence,
            }


def _exit_code(seen: Iterable[Observation]) -> int:
    verdicts = {observation.reason.verdict for observation in seen}
    if Verdict.OUTAGE in verdicts:
        return Exit.NOT_ANSWERING
    return Exit.NOT_CHECKED if Verdict.NO_EVIDENCE in verdicts else Exit.DONE
