"""The list's queries on PostgreSQL, which keeps them and their plans: every page is the same as without."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from appservers.testing import DomainFactory, pair
from failover.decision import Code, State
from failover.listing import page
from failover.models import HoldKind
from failover.testing import HoldFactory, MonitorFactory, StandingFactory
from failover.wanted import Wanted

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plans"),
]

WANTED = (
    Wanted(size=25),
    Wanted(size=25, page=2),
    Wanted(size=25, page=9),
    Wanted(size=25, q="site 1"),
    Wanted(size=25, q="held"),
    Wanted(size=25, q="%"),
    Wanted(size=25, q="nothing has this name"),
    Wanted(size=25, q="primary", page=2),
)


def test_every_page_is_the_same_by_plans_that_are_kept() -> None:
    MonitorFactory.create()
    for number in range(30):
        StandingFactory.create(domain=pair(name=f"Site {number:02}", slug=f"s-{number}"))
    StandingFactory.create(domain=pair(name="Held 50 %", slug="held"), state=State.HELD, code=Code.STANDBY_DOWN)
    HoldFactory.create(domain=pair(name="Flapping", slug="flapping"), kind=HoldKind.ANTI_FLAP)
    DomainFactory.create(name="Alone", slug="alone", emergency=True)
    now = timezone.now()
    for wanted in WANTED:
        with transaction.atomic():
            usual = page(wanted, now=now)
        for _ in range(7):  # from the sixth on by one plan for all values
            assert page(wanted, now=now) == usual
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(generic_plans) FROM pg_prepared_statements WHERE name LIKE 'p\\_%'")
        kept, generic = cursor.fetchone()
    assert kept >= 6
    assert generic > kept
