"""`make mutate`: removes one guard after the other and prints which test noticed; ends with 1 if one is not missed."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation.laboratory import caught
from tests.mutation.mutants import MUTANTS, Mutant


def judged(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory() as where:
        return caught(mutant, Path(where))


def main() -> int:
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(judged, MUTANTS))
    for mutant, found in zip(MUTANTS, verdicts, strict=True):
        print(
            f"{'caught' if found else 'MISSED'}  {mutant.guard:42} {mutant.path:24} {mutant.test.rpartition('::')[2]}"
        )
    share = sum(verdicts) / len(verdicts)
    print(f"\n{sum(verdicts)} of {len(verdicts)} caught, {share:.0%}, in {time.monotonic() - began:.0f} s")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
