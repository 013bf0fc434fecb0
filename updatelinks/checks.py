"""System checks of the networks: what a reader of the settings cannot see."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from appservers.models import Domain
from common.forwarded import parsed

LISTS = ("CORPORATE_NETWORKS", "DMZ_PROXIES", "TRUSTED_PROXIES")


@register
def check_networks(**_: Any) -> list[CheckMessage]:
    """Every entry of the lists is a network."""
    problems: list[CheckMessage] = []
    for number, name in enumerate(LISTS, start=1):
        try:
            parsed(getattr(settings, name))
        except ValueError as error:
            problems.append(
                Error(
                    f"{name}: {error}",
                    hint="Separate addresses and networks by commas: 10.0.0.0/8,192.0.2.7.",
                    id=f"updatelinks.E{number:03}",
                )
            )
    return problems


@register(Tags.database)
def check_proxies(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Where Outsource is on, somebody must stand in the DMZ; asked with --database, and by migrate."""
    if settings.DMZ_PROXIES:
        return []
    outsourced = [name for alias in databases or () for name in _outsourced(alias)]
    if not outsourced:
        return []
    named = ", ".join(outsourced[:5]) + (f" and {len(outsourced) - 5} more" if len(outsourced) > 5 else "")
    return [
        checks.Warning(
            f"Outsource is on for {named}, but no DMZ proxy is declared.",
            hint="Set DMZ_PROXIES to the addresses of the proxies in the DMZ. Without it an agent on the Internet that "
            "comes through a proxy with a corporate address is taken for one inside and is shown private URLs.",
            id="updatelinks.W001",
        )
    ]


def _outsourced(alias: str) -> list[str]:
    """The names of the domains that are exposed to the Internet; none before their table is there."""
    table = Domain._meta.db_table
    if table not in connections[alias].introspection.table_names():
        return []
    found = Domain.objects.using(alias).filter(outsource=True)
    return list(found.order_by("name_key").values_list("name", flat=True))
