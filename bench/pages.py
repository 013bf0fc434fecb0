"""python -m bench.pages [--domains 10000] [--times 100]: what the list of domains costs beside the admin's changelist.

Fills a new database, SQLite and PostgreSQL in turn, with domains of two servers each, and asks for pages as an
administrator in this process, without a network: server time from request to answer. `queries` are all SQL statements
of a request, with those of session, user and permissions; `gzip` are the answer's bytes as compressed; `ratio` is the
time as a share of the changelist's, of the search the admin's search's. Rows that were drawn before are kept as HTML;
of `nothing drawn` none is. `least` is the quickest request and `CPU` the median of this process alone, without that of
PostgreSQL: on a machine with other work, trust these.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from bench.databases import DATABASES
from tests.processes import DEPLOYED, environment

COLUMNS = (
    f"{'database':12}{'page':24}{'ms':>8}{'p95':>8}{'least':>8}{'CPU':>8}{'queries':>9}"
    f"{'bytes':>9}{'gzip':>8}{'status':>8}{'ratio':>8}"
)
BASELINE, BASELINE_OF_SEARCH = "admin changelist", "admin search"


@dataclass(frozen=True)
class Figures:
    """What a page costs."""

    page: str
    half: float
    most: float
    least: float
    cpu: float
    queries: int
    size: int
    compressed: int
    status: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domains", type=int, default=10_000, help="of two servers each (10000)")
    parser.add_argument("--times", type=int, default=100, help="requests of each page (100)")
    options = parser.parse_args()
    print(f"pages, {options.domains} domains, {options.times} requests each")
    print(COLUMNS)
    for name in DATABASES:
        report(name, run(name, options.domains, options.times))


def run(name: str, domains: int, times: int) -> list[Figures]:
    """All pages over one new database."""
    with DATABASES[name]() as url, tempfile.TemporaryDirectory() as folder:
        variables = DEPLOYED | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
            "ALLOWED_HOSTS": "testserver",
            "HTTPS": "false",
            "VAR_DIR": folder,
        }
        manage = ["-m", "manage"]
        for words in (
            [*manage, "migrate", "-v0"],
            [*manage, "collectstatic", "--no-input", "-v0"],
            ["-m", "bench.pages_timed", str(domains), str(times)],
        ):
            done = subprocess.run(
                [sys.executable, *words], env=environment(**variables), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SystemExit(done.stderr)
        return [Figures(*json.loads(line)) for line in done.stdout.splitlines()]


def report(name: str, found: list[Figures]) -> None:
    times = {figures.page: figures.half for figures in found}
    for one in found:
        share = one.half / times[BASELINE_OF_SEARCH if "search" in one.page else BASELINE]
        print(
            f"{name:12}{one.page:24}{one.half:8.1f}{one.most:8.1f}{one.least:8.1f}{one.cpu:8.1f}{one.queries:9}"
            f"{one.size:9}{one.compressed:8}{one.status:8}{share:8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
