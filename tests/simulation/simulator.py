"""One run: hosts with monitors, people at the console, and every fault of the scenario at its time."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from failover import decision
from failover.bounded import LOCK_WAIT
from failover.monitor import TICK
from failover.retries import longest_wait
from tests.simulation.database import IDLE_LIMIT, Database
from tests.simulation.history import Violation
from tests.simulation.judge import Judge
from tests.simulation.prober import Machine
from tests.simulation.process import WAIT, Process, Steps
from tests.simulation.rows import Event
from tests.simulation.scenario import Fault, Kind, Scenario, Subscriber
from tests.simulation.telling import claim, mark
from tests.simulation.truth import Life, Paused, Subscribed
from tests.simulation.world import EPOCH, World

LOOK = 10.0  # seconds between two looks at what is still to be delivered when a run is over
RECONNECT = 1.0
WAKES = 0.005  # seconds in which a process that goes on reads what its engine saw meanwhile


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    scenario: Scenario
    violation: str
    switches: int
    lateness: tuple[float, ...]
    timeline: tuple[tuple[float, str], ...]


class Host:
    """A machine with one monitor at a time."""

    def __init__(self, run: "Run", number: int) -> None:
        self._run, self._world, self.number = run, run.world, number
        self.machine = Machine(run.world, number)
        self.process: Process | None = None
        self._count = 0
        self._steps: Steps | None = None
        self._due = float("inf")
        self._base = 0.0
        self._paused = object()
        self.freezes: list[Fault] = []  # inside the next switch
        self.machine.at(0.05 + 0.3 * number, self.start)

    def start(self) -> None:
        """A new process, which may inherit from the one before."""
        if self.process is not None:
            return
        self.machine.process_still_until = self._world.now
        self._count += 1
        name = f"m{self.number}.{self._count}"
        before = f"m{self.number}.{self._count - 1}" if self._count > 1 else ""
        self.process = Process(
            machine=self.machine,
            name=name,
            predecessor=before,
            scenario=self._run.scenario,
            database=self._run.database,
            history=self._run.judge,
            wake=self.wake,
            published=self._run.wake_others(self),
        )
        self._run.judge.lives[name] = Life(name, self.number, before, self._world.now)
        self._base = self._world.now
        self._plan(self._world.now)

    def kill(self) -> None:
        """The process is gone, with its connections, in the middle of whatever it does."""
        self._end(stopped=False)

    def stop(self) -> None:
        """The process is asked to end, and does so between two rounds."""
        self._end(stopped=self._steps is None and not self.machine.stands_still)

    def wake(self) -> None:
        """There is something to look at: the next round comes at the next tick."""
        tick = self._base + math.ceil((self._world.now - self._base) / TICK + 1e-9) * TICK
        if self._steps is None and tick < self._due:
            self._plan(tick)

    def stand_still(self, fault: Fault) -> None:
        """The process stands still, or the whole machine with its engine; when it sleeps, its monotonic clock too."""
        now, until = self._world.now, self._world.now + fault.seconds
        whole = fault.kind is Kind.SUSPEND or fault.value > 0
        if whole and now >= self.machine.still_until:
            self.machine.still_until = until
            if fault.kind is Kind.SUSPEND or fault.value > 1:
                self.machine.clocks.sleep(fault.seconds)
        self.machine.process_still_until = max(self.machine.process_still_until, until)
        self._run.judge.still.append((self.number, now, until))
        for transaction in self._run.database.open:
            if (
                self.process is not None
                and transaction.owner == self.process.name
                and self._run.idle_limit < fault.seconds
            ):
                self._world.at(now + self._run.idle_limit, partial(self._run.database.end, transaction))

    def _end(self, *, stopped: bool) -> None:
        if self.process is None:
            return
        process, self.process, steps, self._steps = self.process, None, self._steps, None
        self._due = float("inf")
        self._run.judge.lives[process.name].ended = self._world.now
        if steps is not None:
            steps.close()
        if stopped:
            process.stop()
        else:
            process.close()
        self._run.judge.said(f"{process.name} ends")

    def _plan(self, moment: float) -> None:
        self._due, process = moment, self.process

        def due() -> None:
            if self.process is process and self._due == moment and process is not None:
                self._steps = process.round()
                self._go_on()

        self.machine.at(moment, due, behind=WAKES)

    def _go_on(self) -> None:
        steps, process, now = self._steps, self.process, self._world.now
        assert steps is not None
        assert process is not None

        self._paused = paused = object()

        def again() -> None:
            if self._paused is paused and self._steps is steps:
                self._go_on()

        for point in steps:
            if point == WAIT:
                self._run.database.released.append(lambda: self.machine.at(self._world.now, again, behind=WAKES))
                self.machine.at(now + LOCK_WAIT, again, behind=WAKES)
                return
            if (freeze := self._freeze_at(point, process)) is not None:
                self._run.judge.said(f"{process.name} stands still at '{point}' for {freeze.seconds:.2f} s")
                self.stand_still(freeze)
                self.machine.at(now + freeze.seconds + WAKES, again, behind=WAKES)
                return
        self._steps = None
        self._plan(now + process.rest())

    def _freeze_at(self, point: str, process: Process) -> Fault | None:
        found = next((one for one in self.freezes if one.point == point), None)
        if found is None or (point == "sent" and not process.leadership.valid):
            return None
        self.freezes.remove(found)
        return found


class Run:
    """A scenario, played."""

    def __init__(self, scenario: Scenario, *, idle_limit: float = IDLE_LIMIT) -> None:
        self.scenario, self.idle_limit = scenario, idle_limit
        self.world, self.database = World(scenario), Database(scenario)
        self.judge = Judge(scenario, self.database)
        self.hosts = [Host(self, number) for number in range(scenario.monitors)]
        for fault in scenario.faults:
            self.world.at(fault.at, partial(self._happens, fault))
        for subscriber in scenario.subscribers:
            self.world.at(subscriber.joins, partial(self._joins, subscriber))

    def play(self) -> Outcome:
        violation = ""
        try:
            self.world.run(self._tell_time)
            self._deliver_the_rest()
            self.judge.judge_end()
        except Violation as found:
            violation = str(found)
        judge = self.judge
        return Outcome(self.scenario, violation, judge.switches, tuple(judge.lateness), tuple(judge.timeline))

    def _tell_time(self, now: float) -> None:
        self.judge.now = now

    def _joins(self, subscriber: Subscriber) -> None:
        if self.database.down:
            self.world.at(self.world.now + RECONNECT, partial(self._joins, subscriber))
            return
        self.database.subscribers[subscriber.pk] = subscriber
        self.judge.subscribed.append(subscribed := Subscribed(subscriber, self.world.now))
        if subscriber.leaves < float("inf"):
            self.world.at(subscriber.leaves, partial(self._leaves, subscribed))

    def _leaves(self, subscribed: Subscribed) -> None:
        if self.database.down:
            self.world.at(self.world.now + RECONNECT, partial(self._leaves, subscribed))
            return
        self.database.unsubscribe(subscribed.who.pk)
        subscribed.ended = self.world.now

    def _deliver_the_rest(self) -> None:
        """God goes on until the last claim is over and the last wait: somebody delivers, and everybody listens."""
        for turn in range(math.ceil(longest_wait().total_seconds() / LOOK)):
            if all(row.delivered_at is not None for row in self.database.outbox.values()):
                return
            now = self._now() + timedelta(seconds=turn * LOOK)
            for subscriber in self.database.subscribers.values():
                if (parcel := claim(self.database, subscriber, now)) is not None:
                    for notice in parcel.notices:
                        self.judge.delivered(notice)
                    mark(self.database, parcel, now, delivered=True, jitter=0.0)

    def wake_others(self, but: Host) -> Callable[[], None]:
        """What a host calls when it has published something."""

        def wake() -> None:
            for host in self.hosts:
                if host is not but and host.process is not None and host.process.watches_closely():
                    host.wake()

        return wake

    def _happens(self, fault: Fault) -> None:
        self.judge.said(f"-- {fault}")
        match fault.kind:
            case Kind.FREEZE | Kind.SUSPEND | Kind.FREEZE_IN_SWITCH | Kind.KILL | Kind.STOP | Kind.CLOCK_STEP:
                self._troubles(self.hosts[fault.who], fault)
            case Kind.DATABASE_DOWN | Kind.DATABASE_LOSES:
                self._cut(fault)
            case Kind.PAUSE | Kind.RESUME | Kind.BY_HAND | Kind.BY_HAND_LATE | Kind.INTERVAL | Kind.AUTOMATIC:
                self._person(fault)
            case Kind.ENDPOINT | Kind.ACKNOWLEDGE:
                self._person(fault)

    def _troubles(self, host: Host, fault: Fault) -> None:
        match fault.kind:
            case Kind.FREEZE | Kind.SUSPEND:
                host.stand_still(fault)
            case Kind.FREEZE_IN_SWITCH:
                host.freezes.append(fault)
            case Kind.KILL | Kind.STOP:
                (host.kill if fault.kind is Kind.KILL else host.stop)()
                host.machine.at(fault.until, host.start)
            case Kind.CLOCK_STEP:
                host.machine.clocks.set(fault.value)
                self.judge.wall[host.number] += fault.value

    def _cut(self, fault: Fault) -> None:
        self.database.fall()
        if fault.kind is Kind.DATABASE_LOSES and (lost := self.database.lose_last_switch()) is not None:
            self.judge.lost(lost)
        self.world.at(fault.until, self._answers_again)

    def _answers_again(self) -> None:
        self.database.down = self.world.lasting(Kind.DATABASE_DOWN)

    def _person(self, fault: Fault) -> None:
        """Somebody at the console; who finds the domain locked waits."""
        if self.database.down:
            return
        domain = (fault.what + 1) // 2 if fault.kind is Kind.ENDPOINT else fault.what
        if self.database.locked(domain, "a person"):
            self.database.released.append(lambda: self.world.at(self.world.now, lambda: self._person(fault)))
            return
        getattr(self, f"_{fault.kind.name.lower()}")(domain, fault)

    def _pause(self, domain: int, fault: Fault) -> None:
        now = self.world.now
        until = None if fault.value else self._now() + timedelta(seconds=fault.seconds)
        self._end_pauses(domain)
        self.judge.pauses[domain].append(Paused(now, float("inf") if fault.value else now + fault.seconds))
        self.database.pause(domain, decision.Pause("somebody", "because", until))

    def _resume(self, domain: int, fault: Fault) -> None:
        self._end_pauses(domain)
        self.database.end_pause(domain, self._now())

    def _now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.world.now)

    def _end_pauses(self, domain: int) -> None:
        for pause in self.judge.pauses[domain]:
            pause.ended = min(pause.ended, self.world.now)

    def _by_hand(self, domain: int, fault: Fault) -> None:
        stored = self.database.domains[domain]
        event = Event(domain, stored.epoch + 1, stored.active, stored.active.other, False, self.world.now, self._now())
        self.database.commits += 1
        if self.database.switch(event):
            self.judge.switched(event)

    def _by_hand_late(self, domain: int, fault: Fault) -> None:
        stored = self.database.domains[domain]
        event = Event(domain, stored.epoch, stored.active.other, stored.active, False, self.world.now, self._now())
        if self.database.switch(event):
            raise Violation("I1: a switch on an epoch that was over")

    def _interval(self, domain: int, fault: Fault) -> None:
        self.database.put(replace(self.database.domains[domain], interval=fault.value))

    def _endpoint(self, domain: int, fault: Fault) -> None:
        stored = self.database.domains[domain]
        servers = {
            role: replace(server, configuration=server.configuration + (server.pk == fault.what))
            for role, server in stored.servers.items()
        }
        self.database.put(replace(stored, servers=servers))
        if stored.servers[stored.active].pk == fault.what:
            self.judge.resets[domain].append(self.world.now)
            self.judge.edits[domain].append(self.world.now)

    def _automatic(self, domain: int, fault: Fault) -> None:
        self.database.put(replace(self.database.domains[domain], automatic=False, turned_at=self._now()))
        pause = Paused(self.world.now, float("inf"))
        self.judge.pauses[domain].append(pause)

        def on_again() -> None:
            if self.database.locked(domain, "a person"):
                self.database.released.append(lambda: self.world.at(self.world.now, on_again))
                return
            pause.ended = self.world.now
            others = [one for one in self.judge.pauses[domain] if one is not pause and one.ended == float("inf")]
            still_off = any(one.until == float("inf") and domain not in self.database.pauses for one in others)
            self.database.put(replace(self.database.domains[domain], automatic=not still_off, turned_at=self._now()))

        self.world.at(fault.until, on_again)

    def _acknowledge(self, domain: int, fault: Fault) -> None:
        if domain in self.database.flapping:
            self.database.flapping.discard(domain)
            self.database.acknowledged[domain] = self.world.now
        if domain in self.database.behind:
            stored = self.database.domains[domain]
            above = max(self.database.behind.pop(domain), stored.epoch) + 1
            self.database.put(replace(stored, epoch=above))
            self.judge.confirmed(domain, above)


def play(scenario: Scenario, *, idle_limit: float = IDLE_LIMIT) -> Outcome:
    """Play a scenario and judge it."""
    return Run(scenario, idle_limit=idle_limit).play()
