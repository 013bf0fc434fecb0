"""python -m bench.fleet DOMAINS: fill the empty database of DATABASE_URL with domains, rules and links; print a token.

`--each N` gives each domain N rules and N links of the Agent Application instead of two and one.
"""

import argparse

import django

django.setup()

from django.core.management import call_command  # noqa: E402  after the apps are loaded

from api.testing import token_of  # noqa: E402
from appservers.models import ApplicationServer, Domain, Role  # noqa: E402
from updatelinks.models import UpdateLink  # noqa: E402
from versioncontrol.models import Component, VersionRule  # noqa: E402

AT_ONCE = 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("domains", type=int)
    parser.add_argument("--each", type=int, default=0)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    fill(options.domains, options.each)
    print(token_of()[1])


def fill(number: int, each: int) -> None:
    domains = Domain.objects.bulk_create(
        [Domain(name=f"Site {n}", name_key=f"site {n}", slug=f"site-{n}", outsource=False) for n in range(number)],
        batch_size=AT_ONCE,
    )
    ApplicationServer.objects.bulk_create(
        [
            ApplicationServer(
                domain=domain, role=role, server_fqdn=f"{role[0]}.{domain.slug}.example", private_web_fqdn="web.example"
            )
            for domain in domains
            for role in Role
        ],
        batch_size=AT_ONCE,
    )
    agent = Component.objects.get(name="Agent Application")
    patterns = [f"10.{n}.*" for n in range(each)] or ["10.2.*", "10.3.?"]
    versions = [f"10.{n}.9" for n in range(each)] or ["10.2.10"]
    last = {domain: f"10.{each}.{n}.*" if each else patterns[-1] for n, domain in enumerate(domains)}
    VersionRule.objects.bulk_create(
        [
            VersionRule(domain=domain, component=agent, pattern=pattern, pattern_key=pattern)
            for domain in domains
            for pattern in (*patterns[:-1], last[domain])  # no two domains have the same ones
        ],
        batch_size=AT_ONCE,
    )
    UpdateLink.objects.bulk_create(
        [
            UpdateLink(
                domain=domain, component=agent, version=version, private_url=f"https://sw.corp.example/{version}"
            )
            for domain in domains
            for version in versions
        ],
        batch_size=AT_ONCE,
    )


if __name__ == "__main__":
    main()
