"""One monitor process: the round of failover.monitor and failover.leading over the model of the database.

The mind (board, peers, brake, health, decisions, votes), the lease and the second decision of a switch are the real
ones. What is modelled is what stands in failover/monitor.py, leading.py, publication.py and automatic.py between them.
A round is a generator: it yields the name of every point at which the process may stand still, and waits for locks.
"""

from collections.abc import Callable, Generator, Iterable
from datetime import datetime
from functools import partial

from failover import conf
from failover.automatic import check_age, decided_again
from failover.board import Board, WatchedDomain
from failover.bounded import LOCK_WAIT
from failover.clock import Jumps
from failover.decision import Decision, State
from failover.exceptions import SwitchRefused
from failover.lease import Leadership
from failover.monitor import BREATH, REREAD, TICK
from failover.patience import Patience
from tests.simulation.counting import Notebook
from tests.simulation.database import LEASE, Away, Database, Locked, Transaction
from tests.simulation.history import History
from tests.simulation.lease import SharedLease
from tests.simulation.prober import Engine, Machine
from tests.simulation.publishing import Publishing
from tests.simulation.rows import Event
from tests.simulation.scenario import Kind, Scenario
from tests.simulation.telling import Deliverer
from tests.simulation.world import PACE

Steps = Generator[str, None, None]
Made = Generator[str, None, bool]  # steps, and whether something was made
WAIT = "waits for a lock"


class Process:
    """A monitor from its start to its end."""

    def __init__(
        self,
        *,
        machine: Machine,
        name: str,
        predecessor: str,
        scenario: Scenario,
        database: Database,
        history: History,
        wake: Callable[[], None],
        published: Callable[[], None],
    ) -> None:
        """`wake` is called when a probe ended, `published` when the others can read something new."""
        self.machine, self.name, self.database, self.history = machine, name, database, history
        self.clock = machine.clocks
        self.engine = Engine(machine, name, history.probed, wake)
        self.board = Board(PACE, quorum=scenario.quorum, least=scenario.least)
        self.lease = SharedLease(database, name)
        self.leadership = Leadership(me=name, clock=self.clock, store=self.lease)
        self._predecessor, self._published_something = predecessor, published
        self._jumps, self._patience = Jumps(self.clock), Patience(clock=self.clock)
        self._term: int | None = None
        self._revision: int | None = None
        self._concerned: set[int] = set()
        self._looked_at = self._read_at = self._breathed_at = float("-inf")
        self._publishing = Publishing(name=name, database=database, board=self.board, clock=self.clock)
        self._journal = Notebook(name=name, database=database, board=self.board, clock=self.clock)
        self._unwritten: dict[int, None] = {}
        self._unsure = False
        self._told: dict[int, tuple[State, str]] = {}
        self._deliverer = Deliverer(
            machine=machine,
            database=database,
            history=history,
            leads=lambda: self.leadership.valid,
            seed=f"{scenario.seed} {name}",
        )
        self._deliverer.look(self._ask)
        self.away = False

    def round(self) -> Steps:
        """failover.monitor.Monitor.run_once()."""
        self._take()
        try:
            yield from self._with_database()
            self.away = False
        except (Away, Locked):
            self.away = True
            self._looked_at = self._read_at = float("-inf")
            self._publishing.forget()
            self._unsure = True
        self.engine.hurry(self.board.urgent(self.clock.now()))

    def rest(self) -> float:
        """Seconds until something may have to be done, if no probe ends and no other monitor publishes before."""
        now = self.clock.monotonic()
        if self.away:
            return self.machine.world.dice.uniform(0.5, 1.5)
        if self.board.pending(self.clock.now()):
            return TICK
        due = self.board.due(self.clock.now())
        wait = min(self._looked_at + REREAD, self._publishing.beat_at + PACE.heartbeat) - now
        return max(0.0, min(max(TICK, wait), TICK if due is None else due) if due is not None else max(TICK, wait))

    def stop(self) -> None:
        """The end of a process that was asked to go."""
        self.close()
        if self._connected():
            self.leadership.resign()
            if self.name in self.database.published:
                self.database.published[self.name].stopped = True

    def close(self) -> None:
        """The end of its probes and of its thread that delivers."""
        self.engine.close()
        self._deliverer.close()

    def watches_closely(self) -> bool:
        """Whether it reads what the others publish in every round."""
        return bool(self.board.unsettled())

    def _connected(self) -> bool:
        cut = self.machine.world.lasting(Kind.DATABASE_CUT, who=self.machine.number)
        return not (cut or self.database.down)

    def _ask(self) -> None:
        if not self._connected():
            raise Away

    def _take(self) -> None:
        self._concerned |= self.board.take(self.engine.results())
        if self._jumps.seen() or self.engine.interrupted():
            self.board.break_evidence(self.clock.monotonic())

    def _refresh(self) -> None:
        self._take()
        if self.board.peers.known:
            self._read_peers()

    def _free(self, key: int | str) -> Steps:
        since = self.machine.world.now
        while self.database.locked(key, self.name):
            yield WAIT
            self._ask()
            if self.machine.world.now - since >= LOCK_WAIT:
                raise Locked

    def _step_lease(self) -> Steps:
        """A renewal or a take-over may arrive late, or wait for the row; what was read of the clock stays read."""
        self._ask()
        read = self.clock.boottime()
        yield "sent"
        self._ask()
        self.clock.was_read(read)
        self.leadership.step()

    def _with_database(self) -> Steps:
        yield from self._step_lease()
        leads, now = self.leadership.valid, self.clock.monotonic()
        if due := now - self._looked_at >= REREAD:
            yield from self._reread(leads)
            self._concerned |= self.board.unsettled() | self.board.silent(now)
            self._looked_at = now
        elif self.board.peers.known and self.board.unsettled():
            self._read_peers()
        if leads and self._term != self.leadership.term:
            self.history.said(f"{self.name} leads, term {self.leadership.term}")
            yield from self._begin()
            self._recall()
            self._term = self.leadership.term
        elif leads and self._unsure:
            self._recall()
        self._breathed_at = now
        concerned, self._concerned = self._concerned | self.board.pending(self.clock.now()), set()
        looks = self._look_at(concerned)
        if leads:
            anew = yield from self._act(looks)
            if due:
                yield from self._end_expired()
            if anew:
                self._looked_at = float("-inf")
            yield from self._note()
        self._publish(concerned)

    def _as_leader(self, write: Callable[[], None]) -> Steps:
        """failover.leading.Leading._as_leader()."""
        self._ask()
        yield from self._free(LEASE)
        if self.leadership.held_under_lock():
            self.database.commits += 1
            write()
            self.history.wrote(self.name, self.leadership.term, self.database.lease)
        else:
            self.leadership.step_down()

    def _begin(self) -> Steps:
        """failover.leading.Leading.begin()."""
        yield from self._as_leader(self._journal.begin)
        newest: dict[int, int] = {}
        for event in self.database.events:
            newest[event.domain] = max(event.epoch, newest.get(event.domain, 0))
        self._hold_behind(newest.items())

    def _recall(self) -> None:
        """failover.leading.Leading._differing()."""
        differing = self._journal.differing()
        for domain in differing:
            self._journal.forget(domain)
        self._concerned |= differing
        self._unsure = False

    def _hold_behind(self, behind: Iterable[tuple[int, int]]) -> bool:
        """failover.holds.hold_behind()."""
        complete = True
        for domain, epoch in behind:
            lower = domain in self.database.domains and self.database.domains[domain].epoch < epoch
            if not lower or self.database.behind.get(domain, -1) >= epoch:
                continue
            if self.database.locked(domain, self.name):
                complete = False
                continue
            self.history.said(f"{self.name} finds that domain {domain} went back from epoch {epoch}")
            self.database.behind[domain] = epoch
        return complete

    def _reread(self, leads: bool) -> Steps:
        self._ask()
        now, number = self.clock.monotonic(), self.database.revision
        if number != self._revision or now - self._read_at >= conf.REREAD_ANYWAY:
            domains = list(self.database.domains.values())
            frozen = self._hold_behind(self.board.behind(domains))
            if leads and (interruptions := self.board.interruptions(domains)):
                yield from self._as_leader(partial(self._journal.interrupt, interruptions))
            first = self._revision is None
            self.board.adopt(domains, now, number)
            if first and self._predecessor:
                self.board.inherit(self._publishing.stored_counts(self._predecessor), now)
            self.engine.watch(self.board.targets())
            self._revision, self._read_at = number, now if frozen else float("-inf")
        self.board.obey(self.database.orders(), now)
        self._read_peers()

    def _read_peers(self) -> None:
        others = [one for name, one in self.database.published.items() if name != self.name and not one.stopped]
        findings = {one.sign.monitor: [found for found, _ in one.findings.values()] for one in others}
        signs = [one.sign for one in others]
        self._concerned |= self.board.awaiting(self.board.peers.take(signs, findings, now=self.clock.monotonic()))

    def _look_at(self, domains: set[int]) -> list[tuple[int, Decision]]:
        order = self.board.in_order(domains)
        self._concerned |= {pk for pk in order if self._patience.needed(pk)}
        return [
            (pk, self.board.look(pk, monotonic=self.clock.monotonic(), now=self.clock.now()))
            for pk in order
            if not self._patience.needed(pk)
        ]

    def _breathe(self) -> Steps:
        now = self.clock.monotonic()
        if now - self._breathed_at >= BREATH:
            self._breathed_at = now
            self._take()
            yield from self._step_lease()
            self._publish(set())

    def _act(self, looks: list[tuple[int, Decision]]) -> Made:
        anew = False
        self._unwritten |= {pk: None for pk, decision in looks if self._journal.news(pk, decision)}
        for domain, decision in looks:
            if decision.state is State.SWITCH and not self._patience.needed(domain):
                yield from self._breathe()
                if not self.leadership.valid:
                    return True
                anew |= yield from self._switch(domain)
        return anew

    def _switch(self, domain: int) -> Made:
        """failover.leading.Leading._switch()."""
        before, decided_at = self.board.decisions.get(domain), self.clock.boottime()
        decision = self.board.look(domain, monotonic=self.clock.monotonic(), now=self.clock.now())
        if decision.state is not State.SWITCH:
            return False
        yield "decided"
        self._ask()
        transaction = self.database.begin(self.name)
        self.lease.transaction = transaction
        try:
            yield from self._transaction(transaction, domain, before, decided_at)
            self._patience.restore(domain)
        except SwitchRefused as refused:
            self.history.said(f"{self.name} does not switch domain {domain}: {refused.code}, {refused}")
            if refused.code == "history_went_back":
                self._patience.lose(domain)
            if refused.code == "lease_lost":
                self.leadership.step_down()
        except Locked:
            self._patience.lose(domain)
        finally:
            self.lease.transaction = None
            self.database.end(transaction)
        self._journal.forget(domain)
        return True

    def _transaction(self, transaction: Transaction, domain: int, before: Decision | None, decided_at: float) -> Steps:
        """failover.automatic.switch_automatically()."""
        yield from self._free(LEASE)
        if not self.leadership.held_under_lock():
            raise SwitchRefused("lease_lost", "This monitor does not lead any more.")
        yield "lease locked"
        self._go_on(transaction)
        if self.database.locked(domain, self.name):
            raise Locked
        transaction.locks.add(domain)
        yield "domain locked"
        self._go_on(transaction)
        self._refresh()
        check_age(decided_at, self.clock)
        watched, orders = self._watched(domain), self.database.orders_of(domain)
        judged_at = self.machine.world.now
        yield "read again"
        self._go_on(transaction)
        decided_again(
            board=self.board, domain_id=domain, watched=watched, orders=orders, before=before, clock=self.clock
        )
        yield "decided again"
        self._go_on(transaction)
        assert watched is not None
        self._write(transaction, watched, judged_at)
        yield "written"
        self._go_on(transaction)
        check_age(decided_at, self.clock)
        yield "age checked"
        self._go_on(transaction)
        self.database.commit(transaction)
        yield "committed"
        self.board.saw(domain, watched.epoch + 1)

    def _go_on(self, transaction: Transaction) -> None:
        if transaction.ended:
            raise Away
        self._ask()

    def _write(self, transaction: Transaction, watched: WatchedDomain, judged_at: float) -> None:
        term, other, noted = self.leadership.term, watched.active.other, self.clock.now()

        def write() -> None:
            now = self.machine.world.now
            lease = self.database.lease
            event = Event(
                watched.pk, watched.epoch + 1, watched.active, other, True, now, noted, self.name, term, judged_at
            )
            if self.database.switch(event):
                self.history.switched(event)
                self.history.wrote(self.name, term, lease)
                if self.database.flaps(watched.pk, now):
                    self.database.flapping.add(watched.pk)

        stored = self._watched(watched.pk)
        if stored is None or (stored.epoch, stored.active) != (watched.epoch, watched.active):
            raise SwitchRefused("conflict", "Somebody switched this domain in the meantime.")
        transaction.writes.append(write)

    def _watched(self, domain: int) -> WatchedDomain | None:
        return self.database.domains.get(domain)

    def _end_expired(self) -> Steps:
        now = self.clock.now()
        for pk in [pk for pk, pause in self.database.pauses.items() if not pause.holds(now)]:
            if not self.database.locked(pk, self.name):
                yield from self._as_leader(partial(self._expire, pk, now))

    def _expire(self, domain: int, now: datetime) -> None:
        if (pause := self.database.pauses.get(domain)) is not None and not pause.holds(now):
            self.database.end_pause(domain, now)
            self.history.expired(domain)

    def _note(self) -> Steps:
        """failover.leading.Leading.write_notes(): write down where domains stand, as far as it is news."""
        noted = {pk: self.board.decisions.get(pk) for pk in self._unwritten if pk in self.board.domains}
        notes = [
            (self.board.domains[pk], decision)
            for pk, decision in noted.items()
            if decision is not None and decision.state is not State.SWITCH and self._journal.news(pk, decision)
        ]
        self._unwritten = {domain.pk: None for domain, _ in notes}
        if not notes:
            return
        for domain, decision in notes:
            if self._told.get(domain.pk) != (told := (decision.state, str(decision.code))):
                self.history.said(f"{self.name}: domain {domain.pk} is {told[0]}, {told[1]}")
                self._told[domain.pk] = told
        yield "noting"
        yield from self._as_leader(partial(self._journal.write, notes))
        self._unwritten = {domain.pk: None for domain, decision in notes if self._journal.news(domain.pk, decision)}

    def _publish(self, concerned: Iterable[int]) -> None:
        if self._publishing.step(concerned, revision=self._revision or 0, ask=self._ask):
            self._published_something()
