"""How the benchmark of overshoot judges: what is early must show as early, and no domain is missing."""

import pytest

from bench.overshoot import Trial, parts, tried
from bench.subjects import Fault, Subject


class Sufferer(Subject):
    """A server that nothing befalls but a moment of it."""

    def __init__(self, port: int, moment: float) -> None:
        self.port, self._moment = port, moment

    def suffer(self, fault: Fault) -> float:
        return self._moment


def test_a_switch_sooner_than_the_interval_after_the_fault_is_early_whatever_the_monitor_says() -> None:
    assert Trial(from_check=0.01, from_fault=-0.5).early
    assert not Trial(from_check=0.01, from_fault=1.5).early


def test_the_moment_of_the_fault_is_the_benchmarks_own() -> None:
    future = 4e9  # the fault is still to come, and somebody acted
    [trial] = tried([Sufferer(7, future)], Fault.KILLED, lambda: [(7, None)], interval=10.0)
    assert trial.early


@pytest.mark.parametrize(
    ("domains", "each"),
    [
        pytest.param(1, [1] * 20, id="one domain"),
        pytest.param(3, [1] * 20, id="three"),
        pytest.param(18, [9, 9, 2], id="some"),
        pytest.param(59, [20], id="nearly enough for all faults"),
    ],
)
def test_with_few_domains_the_trials_are_shared_out_over_several_monitors(domains: int, each: list[int]) -> None:
    assert parts(domains, 20) == each
    assert all(one <= domains for one in each)
