"""Faults of monitors, networks, names and the database: they touch every site."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import psycopg2

from appservers.models import Role
from failover.clock import SystemClock
from failover.holds import confirm_active_server
from tests.faults.database import local_url
from tests.faults.invariants import violations
from tests.faults.lab import Lab, Site, Watcher, orm
from tests.faults.plays import PERIOD, due, edited, sleep_until
from tests.faults.report import Line

TTL = 10.0
MOST_MORE = 60  # descriptors of three monitors: more checks may be under way at one moment than at another
MOST_WORDS = 300  # lines that a trouble of some seconds is worth
EVERYWHERE = "0.0.0.0/0"


def verdict(lab: Lab, sites: list[Site], switches: int, patience: float = 30.0) -> Line:
    """What came of it, when as many switches as expected were seen, or the time is over."""
    line = Line()
    for site in sites:
        if switches:
            lab.wait(lambda: len(lab.observer.switches(site.pk)) >= switches, patience)  # noqa: B023  called at once
        seen = lab.observer.switches(site.pk)
        wrong = [] if len(seen) == switches else [f"{len(seen)} switches, not {switches}; {refusals(lab, site)}"]
        for service in (site.primary, site.secondary):
            if service.history[-1][1] != "up":
                service.be("up")
        lab.wait(lambda: not lab.rows(OPEN, site.pk), 10)  # noqa: B023
        wrong += violations(lab, site) + site.notes
        line.late += [row[0] for row in lab.rows(LATE, site.pk)]
        line.add([f"{site.name}: {one}" for one in wrong], seen[0].at - site.at if seen and site.at else None)
    return line


LATE = """SELECT extract(epoch FROM ended_at - due_at)::float FROM failover_countdown
    WHERE domain_id = %s AND ending = 'switched'"""
OPEN = "SELECT 1 FROM failover_countdown WHERE domain_id = %s AND ended_at IS NULL"


def refusals(lab: Lab, site: Site) -> object:
    """What the record says about why."""
    standing = lab.rows("SELECT state, code FROM failover_standing WHERE domain_id = %s", site.pk)
    return standing, lab.rows("SELECT code FROM failover_switchrefusal WHERE domain_id = %s", site.pk)


def one_site(lab: Lab, interval: float = 2.0) -> tuple[Site, Watcher]:
    """A site that all see up, and who leads."""
    site = lab.site(interval=interval)
    lab.ready([site])
    return site, lab.led()


def stopped(seconds: float) -> Callable[[Lab], Line]:
    def play(lab: Lab) -> Line:
        site, leader = one_site(lab, 4.0)
        site.fail()
        due(lab, site)
        leader.signal(signal.SIGSTOP)
        time.sleep(seconds)
        leader.signal(signal.SIGCONT)
        time.sleep(1)
        return verdict(lab, [site], 1)

    return play


def leaders_killed(lab: Lab) -> Line:
    """Three times; each time a site fails in the same moment, and the killed one is started again."""
    lab.monitors(5 - len(lab.watchers))
    line = Line()
    for _ in range(3):
        site, leader = one_site(lab)
        term = lab.observer.leases[-1][2]
        leader.kill()
        site.fail()
        killed = time.monotonic()
        taken = lab.wait(lambda: lab.observer.leases[-1][2] > term, 30)  # noqa: B023
        seconds = lab.observer.leases[-1][0] - killed
        one = verdict(lab, [site], 1, 40)
        line.add(one.wrong + ([] if taken and seconds <= TTL + 1.0 else [f"taken over after {seconds:.1f} s"]), seconds)
        leader.start()
    return line


@contextmanager
def both_ways(lab: Lab, one: str, other: str) -> Iterator[None]:
    with lab.network.dropping((one, other), (other, one)):
        yield


def cut_from_the_active(lab: Lab) -> Line:
    site, leader = one_site(lab)
    with both_ways(lab, leader.host.address, site.primary.address):
        time.sleep(site.interval + 5)
    return verdict(lab, [site], 0)


def cut_from_both(lab: Lab) -> Line:
    site, leader = one_site(lab)
    with (
        both_ways(lab, leader.host.address, site.primary.address),
        both_ways(lab, leader.host.address, site.secondary.address),
    ):
        time.sleep(site.interval + 5)
    return verdict(lab, [site], 0)


def deaf_leader(lab: Lab) -> Line:
    site, leader = one_site(lab)
    with lab.network.dropping((site.primary.address, leader.host.address)):
        time.sleep(site.interval + 5)
    return verdict(lab, [site], 0)


def cut_from_the_database(lab: Lab) -> Line:
    site, leader = one_site(lab, 3.0)
    site.fail()
    due(lab, site)
    with both_ways(lab, leader.host.address, lab.database.host.address):
        lab.wait(lambda: bool(lab.observer.switches(site.pk)), 30)
        time.sleep(2)
    time.sleep(3)
    return verdict(lab, [site], 1)


def blind_monitor(lab: Lab) -> Line:
    sites = [lab.site() for _ in range(4)]
    lab.ready(sites)
    leader = lab.led()
    farms = [f"{farm.host.addresses}.0/24" for farm in (lab.east, lab.west)]
    with lab.network.dropping(*((leader.host.address, farm) for farm in farms)):
        time.sleep(9)
    return verdict(lab, sites, 0)


def all_out(lab: Lab) -> Line:
    sites = [lab.site() for _ in range(12)]
    lab.ready(sites)
    for site in sites:
        site.fail()
        time.sleep(0.1)
    return verdict(lab, sites, 1)


def database_stopped(lab: Lab) -> Line:
    site, _ = one_site(lab, 3.0)
    site.fail()
    due(lab, site)
    lab.database.stop()
    time.sleep(3)
    lab.database.start()
    return verdict(lab, [site], 1)


def database_read_only(lab: Lab) -> Line:
    site, _ = one_site(lab, 3.0)
    site.fail()
    due(lab, site)
    before = written(lab)
    for value, seconds in (("on", 5), ("off", 0)):
        lab.rows(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        lab.rows("SELECT pg_reload_conf()")
        time.sleep(seconds)
    if (more := written(lab) - before) > MOST_WORDS:
        site.notes.append(f"the monitors wrote {more} lines to their logs in 5 s")
    return verdict(lab, [site], 1)


def written(lab: Lab) -> int:
    """Lines in the logs of all monitors."""
    return sum(one.text.count("\n") for one in lab.watchers)


def database_frozen(lab: Lab) -> Line:
    site, _ = one_site(lab, 3.0)
    site.fail()
    due(lab, site)
    lab.database.signal(signal.SIGSTOP)
    time.sleep(5)
    lab.database.signal(signal.SIGCONT)
    return verdict(lab, [site], 1)


def disk_full(lab: Lab) -> Line:
    """The database and the logs share the disk; the database may end of it, and is started again."""
    site, _ = one_site(lab, 3.0)
    site.fail()
    due(lab, site)
    filler = lab.folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(lab.folder).free)
        while True:
            file.write(b"x" * 4096)
    time.sleep(6)
    filler.unlink()
    lab.database.revive()
    return verdict(lab, [site], 1)


def row_locked(lab: Lab) -> Line:
    site, _ = one_site(lab)
    site.fail()
    moment = due(lab, site)
    other = psycopg2.connect(local_url(lab.folder))
    try:
        other.cursor().execute("SELECT 1 FROM appservers_domain WHERE id = %s FOR UPDATE", [site.pk])
        sleep_until(moment, late=6.0)
        if lab.observer.switches(site.pk):
            site.notes.append("I1: switched behind the lock")
    finally:
        other.close()
    return verdict(lab, [site], 1)


def deadlocked(lab: Lab) -> Line:
    """Somebody locks the rows of a switch in the other order; the monitor, which waited first, is refused."""
    site, _ = one_site(lab)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = lab.rows(deadlocks)[0][0]
    site.fail()
    sleep_until(due(lab, site), late=-0.1)
    other = psycopg2.connect(local_url(lab.folder))
    try:
        cursor = other.cursor()
        cursor.execute("SET deadlock_timeout = '10s'")
        cursor.execute(f"{OPEN} FOR UPDATE", [site.pk])
        time.sleep(0.6)
        cursor.execute("SELECT 1 FROM appservers_domain WHERE id = %s FOR UPDATE", [site.pk])
    finally:
        other.close()
    if not lab.wait(lambda: lab.rows(deadlocks)[0][0] > before, 5):
        site.notes.append("there was no deadlock")
    return verdict(lab, [site], 1)


def history_lost(lab: Lab) -> Line:
    """Who is active must then be said by a person; nothing switches by itself."""
    site = lab.site()
    lab.ready([site])
    lab.database.keep()
    lab.ready([site])
    site.fail()
    assert lab.wait(lambda: bool(lab.observer.switches(site.pk)), 20), "it did not switch"
    site.primary.be("up")
    time.sleep(2)
    lab.database.fall_back()
    lab.observer.forget(site.pk)
    site.at = time.monotonic()
    line, held = Line(), "SELECT 1 FROM failover_hold WHERE domain_id = %s AND kind = 'history_went_back'"
    said = lab.wait(lambda: bool(lab.rows(held, site.pk)), 40)
    seconds = time.monotonic() - site.at
    site.primary.be("refused")
    time.sleep(site.interval + 5)
    wrong = [] if said else ["nobody said that the history went back"]
    if lab.observer.switches(site.pk):
        wrong.append("it switched by itself on a history that went back")
    site.primary.be("up")
    wrong += refused_by_components(site) if said else []
    line.add(wrong, seconds)
    return line


def refused_by_components(site: Site) -> list[str]:
    """A component that knows epoch 1 refuses what the database says now, and takes what a person confirms."""
    with orm():
        if (epoch := site.stored().epoch) >= 1:
            return [f"components would take epoch {epoch} for the latest"]
        confirm_active_server(
            domain=site.stored(), active=Role.SECONDARY, actor_name="the harness", note="a fault", clock=SystemClock()
        )
        domain = site.stored()
    if domain.epoch <= 1 or domain.active_role != Role.SECONDARY:
        return [f"what was confirmed is refused by components: {domain.active_role}, epoch {domain.epoch}"]
    return []


def others_edited(lab: Lab) -> Line:
    """What happens to other domains is nothing to this one: it is left as soon as ever."""
    site, other = lab.site(), lab.site()
    lab.ready([site, other])
    over = threading.Event()

    def edit() -> None:
        for number in count(1):
            with edited(other, name=f"{other.name} edit {number}"):
                pass
            if over.wait(0.4):
                return

    editor = threading.Thread(target=edit)
    editor.start()
    site.fail()
    patience = site.interval + 3.0
    lab.wait(lambda: bool(lab.observer.switches(site.pk)), patience)
    if not lab.observer.switches(site.pk):
        site.notes.append(f"I8: not switched within {patience:.0f} s: {refusals(lab, site)}")
        time.sleep(10)
        if not lab.observer.switches(site.pk):
            site.notes.append(f"I8: nor within {patience + 10:.0f} s: {refusals(lab, site)}")
    over.set()
    editor.join()
    return verdict(lab, [site], 1)


def names_lost(lab: Lab) -> Line:
    site = lab.named_site()
    lab.ready([site])
    for mode in ("silent", "nxdomain", "servfail"):
        lab.names.tell(mode)
        time.sleep(7)
    if lab.observer.switches(site.pk):
        site.notes.append("switched because its name could not be resolved")
    site.fail()
    return verdict(lab, [site], 1)


def address_changed(lab: Lab) -> Line:
    """The server moves in the countdown: the new address counts, and an outage there counts anew."""
    site, spare = lab.named_site(interval=12.0), lab.east.service()
    lab.ready([site])
    site.primary.be("refused")
    due(lab, site)
    lab.names.tell(spare.address)
    if not lab.wait(lambda: not lab.rows(OPEN, site.pk), 11):
        site.notes.append("the new address was not followed")
    site.primary.note("up")  # what callers of the name find
    time.sleep(4)
    site.at = spare.be("refused")
    site.primary.note("refused", site.at)
    return verdict(lab, [site], 1)


def nine_of_ten_dead(lab: Lab) -> Line:
    """It is up for as long as its one good address is."""
    site = lab.named_site()
    dead = [lab.east.address() for _ in range(9)]
    lab.names.tell(",".join([*dead[:5], site.primary.address, *dead[5:]]))
    with lab.network.dropping(*((EVERYWHERE, address) for address in dead)):
        time.sleep(7)  # until the ten are asked for
        lab.ready([site])
        time.sleep(site.interval + 3)
        if lab.observer.switches(site.pk):
            site.notes.append("switched although one address answered")
        site.fail()
        return verdict(lab, [site], 1)


def dead_names(lab: Lab) -> Line:
    """A hundred names that no name server answers for; the others are looked up, checked and left in time."""
    for _ in range(50):
        lab.nameless_site()
    time.sleep(6)
    site = lab.named_site()
    lab.ready([site])
    site.fail()
    line = verdict(lab, [site], 1)
    if (late := lateness(lab)) > PERIOD:
        line.add([f"I9: checks were {late:.2f} s late, more than a period"])
    return line


def most_dropped(lab: Lab) -> Line:
    """The hosts of 40 sites are gone; one that is well fails, and is left as soon as ever."""
    sites = [lab.site(interval=600.0) for _ in range(40)]
    site = lab.site()
    lab.ready([*sites, site])
    gone = [(EVERYWHERE, service.address) for one in sites for service in (one.primary, one.secondary)]
    with lab.network.dropping(*gone):
        time.sleep(8)
        before, opened = sum(map(size, lab.watchers)), sum(map(descriptors, lab.watchers))
        time.sleep(8)
        site.fail()
        line = verdict(lab, [site], 1)
        more = sum(map(size, lab.watchers)) - before
        if (held := sum(map(descriptors, lab.watchers)) - opened) > MOST_MORE:
            line.add([f"{held} descriptors more than 8 s ago"])
        if more > 20_000_000:
            line.add([f"memory grew by {more / 1e6:.0f} MB in 8 s"])
        if (late := lateness(lab)) > PERIOD:
            line.add([f"I9: checks were {late:.2f} s late, more than a period"])
    return line


def lateness(lab: Lab) -> float:
    """How late the checks of the latest monitor to say so are."""
    alive = "SELECT max(lateness) FROM failover_monitor WHERE heartbeat_at > now() - interval '5 s'"
    return float(lab.rows(alive)[0][0])


def descriptors(one: Watcher) -> int:
    return sum(process.num_fds() for process in one.family)


def size(one: Watcher) -> int:
    return sum(process.memory_info().rss for process in one.family)
