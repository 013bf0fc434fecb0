"""The app of the failover manager."""

from django.apps import AppConfig
from django.utils import timezone


class FailoverConfig(AppConfig):
    name = "failover"
    verbose_name = "Failover"

    def ready(self) -> None:
        from appservers import neighbours
        from failover import (
            cautions,
            checks,  # noqa: F401  registers itself; settings are not ready before
            companions,
            months,
            remarks,
        )

        companions.registered.append(months.COMPANION)

        neighbours.cautions.append(lambda stored, wanted: cautions.switches_soon(stored, wanted, timezone.now()))
        neighbours.remarks.append(
            neighbours.Remarks(
                words=lambda domain: remarks.remarks_on(domain, timezone.now()).sentences(),
                prefetches=lambda: remarks.prefetches(timezone.now()),
            )
        )
