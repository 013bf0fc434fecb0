"""What the database itself refuses of the monitor's records."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from appservers.models import Role
from appservers.testing import pair
from failover.models import Countdown, Ending, Lease
from failover.testing import CountdownFactory, SwitchEventFactory

pytestmark = pytest.mark.django_db


def test_a_domain_has_one_open_countdown_at_most() -> None:
    domain = pair()
    CountdownFactory.create(domain=domain, ended_at=timezone.now(), ending=Ending.RECOVERED)
    CountdownFactory.create(domain=domain)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountdownFactory.create(domain=domain)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"ending": Ending.RECOVERED}, id="an ending without a time"),
        pytest.param({"ended_at": timezone.now()}, id="a time without an ending"),
    ],
)
def test_a_countdown_ends_at_a_time_and_in_a_way_or_not_at_all(values: dict[str, object]) -> None:
    countdown = CountdownFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Countdown.objects.filter(pk=countdown.pk).update(**values)


def test_an_epoch_has_one_event() -> None:
    domain = pair()
    SwitchEventFactory.create(domain=domain, epoch=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SwitchEventFactory.create(domain=domain, epoch=1)


def test_a_switch_goes_from_one_server_to_the_other() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SwitchEventFactory.create(from_role=Role.PRIMARY, to_role=Role.PRIMARY)


def test_there_is_one_lease() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Lease.objects.create(pk=2)
