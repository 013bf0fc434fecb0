"""Two monitors, in every order: no double switch, no write in an old term. docs/reliability.md."""

import pytest

from failover.lease import Leadership
from tests.simulation.small import GATE, Bounds, Violation, begin, explored

pytestmark = pytest.mark.usefixtures("untraced")


@pytest.mark.parametrize("bounds", GATE, ids=str)
def test_no_order_of_steps_switches_twice_or_in_an_old_term(bounds: Bounds) -> None:
    states = explored(begin(bounds))
    print(f"{bounds}: {states} states")
    assert states > 10_000


class Careless(Leadership):
    """A lease that is not looked at under the lock."""

    def held_under_lock(self) -> bool:
        return True


def test_the_model_finds_what_a_missing_guard_lets_through() -> None:
    with pytest.raises(Violation, match="committed in term 1, the lease is"):
        explored(begin(Bounds(), Careless))
