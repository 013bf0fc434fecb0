"""From the outbox to the subscribers: in order, at least once, together, and what is given up can be tried again."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import DatabaseError

from appservers.models import Role
from failover import outbox
from failover.delivery import Delivery, Postmen
from failover.models import Notice, Subscriber
from failover.notices import revive
from failover.observation import Reason
from failover.parcel import Outcome, Parcel
from failover.retention import remove_some
from failover.testing import NoticeFactory, ScriptedPost, SubscriberFactory, TurnedClock
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

REFUSES = Outcome("It answered 500.")


class Office:
    """The deliverer over the real outbox, a turned clock and a scripted post."""

    def __init__(self) -> None:
        self.clock, self.post, self.leads = TurnedClock(), ScriptedPost(), True
        self.delivery = self.another(self.post)

    def another(self, post: ScriptedPost) -> Delivery:
        return Delivery(leads=lambda: self.leads, post=post, clock=self.clock, jitter=lambda: 0.0)

    def keep(self, subscriber: Subscriber, *names: str) -> None:
        for name in names:
            NoticeFactory.create(subscriber=subscriber, domain_name=name, created_at=self.clock.now())

    def run(self, seconds: float, step: float = 1.0) -> None:
        for _ in range(round(seconds / step)):
            self.clock.turn(step)
            self.delivery.run_once()

    def sent(self) -> list[list[str]]:
        """The domains of each parcel, in the order of sending."""
        return [[one["data"]["domain"] for one in parcel.payloads] for parcel in self.post.begun]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desk() -> Subscriber:
    return SubscriberFactory.create()


def test_a_notice_is_delivered_once_and_numbered(office: Office, desk: Subscriber) -> None:
    office.keep(desk, "Wien")
    office.run(10)
    assert office.sent() == [["Wien"]]
    notice = Notice.objects.get()
    assert notice.delivered_at is not None
    assert (notice.sequence, notice.attempts, notice.last_error) == (1, 1, "")
    assert office.post.begun[0].payloads[0]["data"]["sequence"] == 1


def test_what_comes_within_a_few_seconds_is_sent_together_and_what_comes_later_is_not(
    office: Office, desk: Subscriber
) -> None:
    office.keep(desk, "a", "b")
    office.run(1)
    office.keep(desk, "c")
    office.run(1)
    assert office.sent() == []
    office.run(10)
    office.keep(desk, "d")
    office.run(10)
    assert office.sent() == [["a", "b", "c"], ["d"]]
    assert [one["data"]["sequence"] for one in office.post.begun[0].payloads] == [1, 2, 3]


def test_a_real_outage_of_all_active_servers_is_told_in_one_grouped_notice(desk: Subscriber) -> None:
    site, post = Site(), ScriptedPost()
    domains = [site.pair(auto_failover_interval=timedelta(minutes=1)) for _ in range(4)]
    for domain in domains:
        site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    delivery = Delivery(leads=lambda: True, post=post, clock=site.clock)
    for _ in range(90):
        site.run(2)
        delivery.run_once()
    switched = [
        one["data"]["domain"] for parcel in post.begun for one in parcel.payloads if one["type"] == "domain.switched"
    ]
    assert sorted(switched) == sorted(domain.name for domain in domains)
    assert len([parcel for parcel in post.begun if "switched" in parcel.content["data"]["subject"]]) == 1


def test_a_stream_of_notices_does_not_put_off_the_first_for_long(office: Office, desk: Subscriber) -> None:
    for number in range(15):
        office.keep(desk, str(number))
        office.run(1)
    assert len(office.sent()) == 1
    assert office.sent()[0][0] == "0"


def test_a_notice_dated_an_hour_ahead_is_not_held_back(office: Office, desk: Subscriber) -> None:
    NoticeFactory.create(subscriber=desk, created_at=office.clock.now() + timedelta(hours=1))
    office.run(1)
    assert len(office.sent()) == 1


def test_the_next_waits_for_the_one_before_and_another_subscriber_does_not(office: Office, desk: Subscriber) -> None:
    office.post.outcome = REFUSES
    office.keep(desk, "first")
    office.run(5)
    other = SubscriberFactory.create()
    office.clock.turn(15)
    office.keep(desk, "second")
    office.keep(other, "another's")
    office.run(4)
    assert ["second"] not in office.sent()
    assert ["another's"] in office.sent()
    office.post.outcome = Outcome()
    office.run(120)
    assert [parcel for parcel in office.sent() if parcel[0] in ("first", "second")][-2:] == [["first"], ["second"]]
    assert not Notice.objects.filter(delivered_at=None).exists()


def test_a_try_again_says_the_same_under_the_same_id_also_when_more_has_come(office: Office, desk: Subscriber) -> None:
    office.post.outcome = REFUSES
    office.keep(desk, "a", "b")
    office.run(4)
    office.keep(desk, "c")
    office.run(40)
    first, *others = office.post.begun
    assert len(others) == 2
    assert {(parcel.id, parcel.body) for parcel in others} == {(first.id, first.body)}
    assert [parcel.tries for parcel in office.post.begun] == [0, 1, 2]


def test_it_is_tried_again_later_and_later(office: Office, desk: Subscriber) -> None:
    office.post.outcome = REFUSES
    office.keep(desk, "a")
    office.run(3600, step=5)
    tries = Notice.objects.get().attempts
    assert 8 <= tries <= 10
    assert Notice.objects.get().last_error == "It answered 500."


def test_who_refuses_for_an_hour_gets_it_afterwards(office: Office, desk: Subscriber) -> None:
    office.post.outcome = REFUSES
    office.keep(desk, "a")
    office.run(3600, step=10)
    office.post.outcome = Outcome()
    office.run(1900, step=10)
    assert Notice.objects.get().delivered_at is not None


def test_a_deliverer_that_dies_between_sending_and_marking_is_followed_by_one_that_sends_again(
    office: Office, desk: Subscriber
) -> None:
    office.keep(desk, "a")
    office.post.holds = True  # it is sent, and nobody writes that down
    office.run(3)
    assert office.sent() == [["a"]]
    successor = ScriptedPost()
    delivery = office.another(successor)
    delivery.run_once()
    assert successor.begun == []  # not at the same time
    office.clock.turn(outbox.CLAIM.total_seconds())
    delivery.run_once()
    assert [parcel.id for parcel in successor.begun] == [office.post.begun[0].id]
    delivery.run_once()
    assert Notice.objects.get().delivered_at is not None


def test_what_was_sent_and_could_not_be_written_down_is_written_down_the_next_time(
    office: Office, desk: Subscriber
) -> None:
    troubles = [DatabaseError("the connection was cut")]

    def jitter() -> float:
        if troubles:
            raise troubles.pop()
        return 0.0

    office.delivery = Delivery(leads=lambda: True, post=office.post, clock=office.clock, jitter=jitter)
    office.keep(desk, "a")
    with pytest.raises(DatabaseError):
        office.run(10)
    office.run(1)
    assert office.sent() == [["a"]]
    assert Notice.objects.get().delivered_at is not None


def test_of_two_that_read_the_same_row_one_gets_it(office: Office, desk: Subscriber) -> None:
    office.keep(desk, "a")
    one, other = Notice.objects.get(), Notice.objects.get()
    until = office.clock.now() + outbox.CLAIM
    assert outbox.take(one, until)
    assert not outbox.take(other, until + timedelta(seconds=1))
    assert Notice.objects.get().claimed_until == until


def test_who_does_not_lead_delivers_nothing_and_still_writes_down_what_ended(office: Office, desk: Subscriber) -> None:
    office.keep(desk, "a")
    office.leads = False
    office.run(10)
    assert office.sent() == []
    office.leads = True
    office.run(1)
    office.leads = False
    office.run(1)
    assert Notice.objects.get().delivered_at is not None


def test_what_waits_for_a_subscriber_that_is_off_waits_until_it_is_on(office: Office, desk: Subscriber) -> None:
    office.keep(desk, "a")
    Subscriber.objects.update(enabled=False)
    office.run(10)
    assert office.sent() == []
    Subscriber.objects.update(enabled=True)
    office.run(1)
    assert office.sent() == [["a"]]


def dead_letter(office: Office, desk: Subscriber, *names: str) -> Notice:
    office.post.outcome = REFUSES
    office.keep(desk, *names)
    office.run(25 * 3600, step=300)
    return Notice.objects.order_by("pk")[0]


def test_after_a_day_it_is_given_up_and_what_is_newer_goes_on(office: Office, desk: Subscriber) -> None:
    notice = dead_letter(office, desk, "a")
    assert notice.dead_at is not None
    assert notice.dead_at - notice.created_at >= timedelta(hours=24)
    office.post.outcome = Outcome()
    office.keep(desk, "b")
    office.run(5)
    assert office.sent()[-1] == ["b"]
    assert Notice.objects.get(domain_name="a").delivered_at is None


def test_a_dead_letter_that_is_revived_is_sent_with_what_went_with_it(office: Office, desk: Subscriber) -> None:
    notice = dead_letter(office, desk, "a", "b")
    office.post.outcome = Outcome()
    assert revive(notice, office.clock.now())
    assert not revive(notice, office.clock.now())
    office.run(2)
    assert office.sent()[-1] == ["a", "b"]
    assert not Notice.objects.filter(delivered_at=None).exists()


def test_delivered_notices_go_after_the_time_of_history_and_numbers_go_on(office: Office, desk: Subscriber) -> None:
    for name in ("a", "b"):
        office.keep(desk, name)
        office.run(15)
    office.clock.turn(timedelta(days=40).total_seconds())
    office.keep(desk, "waits")
    assert remove_some(office.clock.now()) == 1
    office.run(3)
    assert [(row.domain_name, row.sequence) for row in Notice.objects.order_by("pk")] == [("b", 2), ("waits", 3)]


def parcel_for(subscriber: Subscriber) -> Parcel:
    notice = NoticeFactory.create(subscriber=subscriber, created_at=TurnedClock().now())
    found = outbox.claim(subscriber, notice.created_at + timedelta(seconds=5))
    assert found is not None
    return found


def test_who_hangs_keeps_one_postman_and_nobody_else_waits(desk: Subscriber) -> None:
    hangs, quick = parcel_for(desk), parcel_for(SubscriberFactory.create())
    go_on, taken = Event(), Event()

    def sender(parcel: Parcel) -> Outcome:
        if parcel.subscriber == desk.pk:
            assert go_on.wait(10)
        else:
            taken.set()
        return Outcome()

    postmen = Postmen(sender)
    postmen.begin(hangs)
    assert not postmen.takes(desk.pk, desk.channel)
    assert postmen.takes(quick.subscriber, quick.channel)
    postmen.begin(quick)
    assert taken.wait(10)
    go_on.set()
    ended: list[int] = []
    while len(ended) < 2:
        ended += [parcel.subscriber for parcel, _ in postmen.results()]
    assert ended == [quick.subscriber, desk.pk]
    assert postmen.takes(desk.pk, desk.channel)


def test_no_more_are_sent_to_at_once_than_there_are_slots(desk: Subscriber) -> None:
    go_on = Event()
    postmen = Postmen(lambda parcel: Outcome() if go_on.wait(10) else Outcome("late"))
    for _ in range(16):
        postmen.begin(parcel_for(SubscriberFactory.create()))
    assert not postmen.takes(desk.pk, "webhook")
    assert postmen.takes(desk.pk, "email")
    go_on.set()
    ended = 0
    while ended < 16:
        ended += len(postmen.results())
