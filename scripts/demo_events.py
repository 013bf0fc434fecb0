"""python -m scripts.demo_events: print what the monitor sees and does, as it happens."""

import time
from collections.abc import Iterator

import django

django.setup()

from django.utils import timezone  # noqa: E402  after the apps are loaded

from failover.models import Standing, SwitchEvent  # noqa: E402

LOOK_EVERY = 0.5


def main() -> None:
    told_states: dict[str, str] = {}
    told_switches: set[int] = set()
    while True:
        for line in [*new_switches(told_switches), *new_states(told_states)]:
            print(f"{timezone.localtime():%H:%M:%S}  {line}", flush=True)
        time.sleep(LOOK_EVERY)


def new_states(told: dict[str, str]) -> Iterator[str]:
    """Domains that stand elsewhere than when they were last told."""
    for standing in Standing.objects.select_related("domain").order_by("domain__name"):
        name = standing.domain.name
        if told.get(name) != standing.state:
            told[name] = standing.state
            yield f"{name}: {standing.get_state_display().lower()}. {standing.sentence} {standing.forecast}".rstrip()


def new_switches(told: set[int]) -> Iterator[str]:
    """Switches that were not told yet, oldest first."""
    for event in SwitchEvent.objects.exclude(pk__in=told).order_by("at", "pk"):
        told.add(event.pk)
        yield (
            f"{event.domain_name}: SWITCHED from {event.get_from_role_display()} to {event.get_to_role_display()}"
            f" ({event.get_cause_display().lower()}, epoch {event.epoch}). {event.sentence}"
        )


if __name__ == "__main__":
    main()
