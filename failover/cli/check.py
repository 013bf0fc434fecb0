"""`failover check`: probe now, from here, and say what each server answers."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from typing import Any

from appservers.models import Domain
from appservers.selectors import domains
from common.tables import Row, rendered
from failover import conf
from failover.cli.words import Exit, add_format, named_domain
from failover.names import Resolver, Trouble
from failover.observation import Kind, Observation, Reason, Target, Verdict
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
    pace = conf.pace()
    resolver = Resolver(patience=pace.timeout)
    seen = sweep(targets, pace=pace, resolver=resolver)
    rows = _rows(wanted, seen, options["kind"], resolver.troubles())
    return rendered(list(rows), COLUMNS, options["format"]), _exit_code(seen.values())


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


def _rows(
    wanted: Iterable[Domain], seen: Mapping[int, Observation], kind: Kind | None, troubles: Mapping[str, Trouble]
) -> Iterable[Row]:
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
                "sentence": _sentence(observation.reason, troubles.get(server.server_fqdn)),
            }


def _sentence(reason: Reason, trouble: Trouble | None) -> str:
    return f"{reason.sentence}: {trouble.reason}" if trouble and reason is Reason.UNRESOLVED else reason.sentence


def _exit_code(seen: Iterable[Observation]) -> int:
    verdicts = {observation.reason.verdict for observation in seen}
    if Verdict.OUTAGE in verdicts:
        return Exit.NOT_ANSWERING
    return Exit.NOT_CHECKED if Verdict.NO_EVIDENCE in verdicts else Exit.DONE
