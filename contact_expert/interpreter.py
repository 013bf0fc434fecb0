"""How the interpreter of a process that serves requests is set, whichever web server loads it."""

import gc
import sys

TURN = 0.0005  # seconds after which a thread that computes lets others go on; Python's own are ten times as long
YOUNG = 50_000  # objects after which garbage is looked for; what answers make is freed without that


def let_answers_go_first() -> None:
    """Short turns for threads, and no looking for garbage in what was loaded once.

    With Python's own settings the slowest hundredth of answers waits for a thread that writes or draws a page, or for
    the collector to walk through all of Django. docs/performance.md has what it changes.
    """
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
