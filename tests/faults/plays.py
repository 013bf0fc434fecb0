"""What is done to one site by itself, rows 1 to 5 and 16 to 18; many sites are played with at the same time."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from appservers.models import Role
from appservers.services import delete_domain, save_domain
from failover.clock import SystemClock
from failover.exceptions import SwitchRefused
from failover.pausing import pause, resume
from failover.switch import switch_by_hand
from tests.faults.lab import PACE, Lab, Site, orm
from tests.faults.service import PORT

Play = Callable[[Lab, Site], int | None]
CLOCK = SystemClock()
PERIOD = float(PACE["FAILOVER_PERIOD"])
WHO = "the harness"


def failing(manners: str, switches: int = 1) -> Play:
    """The active server behaves like that and goes on."""

    def play(lab: Lab, site: Site) -> int:
        site.fail(manners)
        if not switches:
            time.sleep(site.interval + 4)
            site.primary.be("up")
        return switches

    return play


def host_gone(lab: Lab, site: Site) -> int:
    lab.network.drop("0.0.0.0/0", site.primary.address)
    site.primary.note("gone")
    site.at = time.monotonic()
    return 1


def omninames(number: signal.Signals, manners: str) -> Play:
    """A real naming service gets a signal; before, the domain is edited so that it is the active server."""

    def play(lab: Lab, site: Site) -> int:
        address, folder = lab.east.address(), lab.folder / f"omninames-{number.name}"
        folder.mkdir()
        endpoint, files = f"giop:tcp:{address}:{PORT}", ["-datadir", str(folder), "-errlog", str(folder / "log")]
        command = ["omniNames", "-start", str(PORT), "-always", *files, "-nohostname", "-ORBendPoint", endpoint]
        with subprocess.Popen(
            lab.east.host.inside(*command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as service:
            try:
                time.sleep(1)
                with edited(site) as servers:
                    servers["primary"].server_fqdn = address  # type: ignore[attr-defined]
                lab.ready([site])
                service.send_signal(number)
                site.at = time.monotonic()
                site.primary.note(manners, site.at)
                lab.wait(lambda: bool(lab.observer.switches(site.pk)), 20)
            finally:
                service.kill()
        return 1

    return play


def lasting(seconds: float, switches: int) -> Play:
    """An outage of so many seconds more than the interval."""

    def play(lab: Lab, site: Site) -> int:
        site.fail()
        time.sleep(site.interval + seconds)
        site.primary.be("up")
        time.sleep(2)
        return switches

    return play


def until_the_deadline(lab: Lab, site: Site) -> int:
    site.fail()
    sleep_until(due(lab, site), late=-PERIOD)
    sleep_until(due(lab, site), late=2 * PERIOD)  # by now it is known when the majority will have counted it
    site.primary.be("up")
    return 1


def due(lab: Lab, site: Site) -> datetime:
    """When the switch of the running countdown is due."""
    found: list[datetime] = []

    def look() -> bool:
        rows = lab.rows("SELECT due_at FROM failover_countdown WHERE domain_id = %s AND ended_at IS NULL", site.pk)
        found.extend(row[0] for row in rows)
        return bool(found)

    assert lab.wait(look, 20), "no countdown began"
    return found[0]


def sleep_until(moment: datetime, late: float = 0.0) -> None:
    time.sleep(max(0.0, (moment - CLOCK.now()).total_seconds() + late))


def standby_first(lab: Lab, site: Site) -> int:
    site.fail(role="secondary")
    time.sleep(2)
    site.at = site.primary.be("refused")
    return held_then_switched(lab, site)


def standby_in_the_countdown(lab: Lab, site: Site) -> int:
    site.fail()
    due(lab, site)
    site.fail(role="secondary")
    return held_then_switched(lab, site)


def held_then_switched(lab: Lab, site: Site) -> int:
    time.sleep(site.interval + 3)
    if lab.observer.switches(site.pk):
        site.notes.append("I3: switched to a standby that was down")
    site.at = site.secondary.be("up")
    return 1


def standby_in_the_last_tick(lab: Lab, site: Site) -> None:
    site.fail()
    sleep_until(due(lab, site), late=-0.1)
    site.fail(role="secondary")
    time.sleep(3)
    site.secondary.be("up")
    time.sleep(3)


def both(first: str, switches: int | None) -> Play:
    """Both are down for longer than the interval; then one or the other is back first, or both at once."""

    def play(lab: Lab, site: Site) -> int | None:
        site.fail()
        site.fail(role="secondary")
        time.sleep(site.interval + 3)
        site.at = time.monotonic()
        order = [site.secondary, site.primary] if first == "secondary" else [site.primary, site.secondary]
        order[0].be("up")
        time.sleep(0 if first == "both" else 3)
        order[1].be("up")
        time.sleep(3)
        return switches

    return play


def by_hand(lab: Lab, site: Site, epoch: int, outcomes: list[str]) -> None:
    with orm():
        try:
            switch_by_hand(
                domain=site.stored(), to_role=Role.SECONDARY, seen_epoch=epoch, actor_name=WHO, reason="a fault",
                clock=CLOCK, force=True,
            )  # fmt: skip
            outcomes.append("made")
        except SwitchRefused as refused:
            outcomes.append(refused.code)


def by_hand_at_the_deadline(lab: Lab, site: Site) -> int:
    outcomes: list[str] = []
    site.fail()
    sleep_until(due(lab, site), late=-0.01)
    by_hand(lab, site, 0, outcomes)
    site.notes += [f"the manual switch ended as {one}" for one in outcomes if one not in ("made", "already_active")]
    return 1


def two_operators(lab: Lab, site: Site) -> int:
    outcomes: list[str] = []
    site.at = time.monotonic()
    people = [threading.Thread(target=by_hand, args=(lab, site, 0, outcomes)) for _ in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    if sorted(outcomes) != ["already_active"] * 3 + ["made"]:
        site.notes.append(f"four clicks ended as {outcomes}")
    return 1


@contextmanager
def edited(site: Site, **general: str) -> Iterator[dict[str, object]]:
    """Change the domain as the console does; the servers are what the caller makes of them."""
    with orm():
        domain = site.stored()
        servers: dict[str, object] = {server.role: server for server in domain.servers.all()}
        yield servers
        for name, value in general.items():
            setattr(domain, name, value)
        save_domain(domain=domain, primary=servers["primary"], secondary=servers["secondary"], meant=True)  # type: ignore[arg-type]


def edited_to_one_that_answers(lab: Lab, site: Site) -> int:
    spare = lab.east.service()
    site.fail()
    due(lab, site)
    with edited(site) as servers:
        servers["primary"].server_fqdn = spare.address  # type: ignore[attr-defined]
    time.sleep(site.interval + 3)
    return 0


def edited_to_one_that_is_out(lab: Lab, site: Site) -> int:
    spare = lab.east.service()
    spare.be("refused")
    site.fail()
    due(lab, site)
    time.sleep(site.interval / 2)
    with edited(site) as servers:
        servers["primary"].server_fqdn = spare.address  # type: ignore[attr-defined]
    site.primary.be("up")  # nobody asks it any more; the outage that counts is the spare's
    site.primary.note("edited")
    site.at = time.monotonic()
    return 1


def renamed(lab: Lab, site: Site) -> int:
    site.fail()
    due(lab, site)
    with edited(site, name=f"{site.name} renamed"):
        pass
    return 1


def swapped(lab: Lab, site: Site) -> int:
    """The active server's row then names the one that answers."""
    site.fail()
    due(lab, site)
    with orm():
        one, other = site.primary.address, site.secondary.address
        with edited(site) as servers:
            servers["primary"].server_fqdn, servers["secondary"].server_fqdn = other, one  # type: ignore[attr-defined]
    time.sleep(site.interval + 3)
    return 0


def deleted(lab: Lab, site: Site) -> None:
    site.fail()
    due(lab, site)
    with orm():
        delete_domain(domain=site.stored(), typed_name=site.name)
    time.sleep(3)
    if lab.rows("SELECT 1 FROM failover_countdown WHERE domain_name = %s AND ended_at IS NULL", site.name):
        site.notes.append("I7: the countdown of a deleted domain did not end")
    lab.observer.domains.pop(site.pk, None)


def paused_in_a_countdown(lab: Lab, site: Site) -> int:
    site.fail()
    due(lab, site)
    with orm():
        pause(domain=site.stored(), reason="a fault", actor_name=WHO, clock=CLOCK)
    time.sleep(site.interval + 2)
    with orm():
        resume(domain=site.stored(), actor_name=WHO, clock=CLOCK)
    site.at = time.monotonic()
    return a_full_interval_after(lab, site)


def pause_that_expires(lab: Lab, site: Site) -> int:
    with orm():
        until = CLOCK.now() + timedelta(seconds=site.interval + 3)
        pause(domain=site.stored(), reason="a fault", actor_name=WHO, clock=CLOCK, until=until)
    site.fail()
    sleep_until(until)
    site.at = time.monotonic()
    return a_full_interval_after(lab, site)


def pause_that_expires_in_a_countdown(lab: Lab, site: Site) -> int:
    site.fail()
    due(lab, site)
    with orm():
        until = CLOCK.now() + timedelta(seconds=site.interval / 2)
        pause(domain=site.stored(), reason="a fault", actor_name=WHO, clock=CLOCK, until=until)
    sleep_until(until)
    site.at = time.monotonic()
    return a_full_interval_after(lab, site)


def paused_while_held(lab: Lab, site: Site) -> int:
    """What held it goes in the pause: nothing happens before a full interval after it."""
    site.fail()
    site.fail(role="secondary")
    time.sleep(site.interval + 3)
    with orm():
        pause(domain=site.stored(), reason="a fault", actor_name=WHO, clock=CLOCK)
    site.secondary.be("up")
    time.sleep(site.interval + 2)
    with orm():
        resume(domain=site.stored(), actor_name=WHO, clock=CLOCK)
    site.at = time.monotonic()
    return a_full_interval_after(lab, site)


def paused_at_the_deadline(lab: Lab, site: Site) -> None:
    site.fail()
    sleep_until(due(lab, site), late=-0.02)
    with orm():
        pause(domain=site.stored(), reason="a fault", actor_name=WHO, clock=CLOCK)
    time.sleep(3)
    with orm():
        resume(domain=site.stored(), actor_name=WHO, clock=CLOCK)


def a_full_interval_after(lab: Lab, site: Site) -> int:
    lab.wait(lambda: bool(lab.observer.switches(site.pk)), 20)
    for sight in lab.observer.switches(site.pk):
        if sight.at - site.at < site.interval:
            site.notes.append(f"I5: switched {sight.at - site.at:.2f} s after the pause")
    return 1
