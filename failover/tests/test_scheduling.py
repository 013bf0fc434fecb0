"""The windows of a nightly schedule are times of the site's clocks."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appservers.models import Role
from appservers.testing import pair
from failover.exceptions import Refusal, SwitchRefused
from failover.scheduling import schedule, settle
from failover.testing import TurnedClock

pytestmark = pytest.mark.django_db

BUDAPEST = ZoneInfo("Europe/Budapest")


def test_after_the_clocks_changed_the_next_night_begins_at_the_same_time_of_day(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    clock = TurnedClock()
    clock.set_forward((datetime(2026, 3, 28, 3, 30, tzinfo=BUDAPEST) - clock.now()).total_seconds())
    row = schedule(
        domain=pair(),
        to_role=Role.SECONDARY,
        opens_at=datetime(2026, 3, 28, 4, 0, tzinfo=BUDAPEST),
        closes_at=datetime(2026, 3, 28, 5, 0, tzinfo=BUDAPEST),
        reason="at night",
        actor_name="anna",
        clock=clock,
        nightly=True,
    )
    clock.turn(2 * 3600)
    settle(row, SwitchRefused(Refusal.STANDBY_NOT_UP, "Secondary is not up."), clock)
    row.refresh_from_db()
    assert row.opens_at.astimezone(BUDAPEST) == datetime(2026, 3, 29, 4, 0, tzinfo=BUDAPEST)
    assert row.closes_at - row.opens_at == timedelta(hours=1)
