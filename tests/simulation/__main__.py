"""`make simulate RUNS=10000 SEED=1`: many runs, each from its own seed; ends with 1 when an invariant was violated."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.simulation.scenario import drawn  # noqa: E402  not before django.setup()
from tests.simulation.shrink import shrunk, told  # noqa: E402
from tests.simulation.simulator import Outcome, play  # noqa: E402
from tests.simulation.small import NIGHT, begin, explored  # noqa: E402


def one(seed: int) -> Outcome:
    """The run of a seed; its timeline is kept only when something is wrong."""
    outcome = play(drawn(seed))
    return outcome if outcome.violation else Outcome(outcome.scenario, "", outcome.switches, outcome.lateness, ())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed; the others follow")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", type=int, default=3, help="how many violations to print in full")
    chosen = parser.parse_args()
    began = time.monotonic()
    with ProcessPoolExecutor(chosen.jobs) as pool:
        outcomes = list(pool.map(one, range(chosen.seed, chosen.seed + chosen.runs), chunksize=20))
    bad = [outcome for outcome in outcomes if outcome.violation]
    for outcome in bad[: chosen.show]:
        print(told(shrunk(outcome, play)), end="\n\n")
    for outcome in bad[chosen.show :]:
        print(f"seed {outcome.scenario.seed}: {outcome.violation}")
    late = sorted(late for outcome in outcomes for late in outcome.lateness)
    print(
        f"{chosen.runs} runs from seed {chosen.seed} in {time.monotonic() - began:.0f} s: "
        f"{sum(outcome.switches for outcome in outcomes)} automatic switches, "
        f"{sum(outcome.scenario.length for outcome in outcomes) / 3600:.1f} simulated hours, "
        f"at most {late[-1] if late else 0:.2f} s late, {len(bad)} violations"
    )
    print(*(f"two monitors, {bounds}: {explored(begin(bounds))} states" for bounds in NIGHT), sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
