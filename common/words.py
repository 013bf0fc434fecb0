"""Durations in people's words. Pure."""

from datetime import timedelta

UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(duration: timedelta) -> str:
    """A duration in its largest whole unit: `48 s`, `6 min`, `3 h`, `41 d`."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def minutes(duration: timedelta) -> str:
    """A duration in minutes with the fraction it needs: `2`, `0.5`, `0.05`."""
    return f"{duration.total_seconds() / 60:.6f}".rstrip("0").rstrip(".")


def exact(duration: timedelta) -> str:
    """A duration to a tenth of a second: `3.2 s`, `2 min 0.1 s`."""
    whole, seconds = divmod(round(max(0.0, duration.total_seconds()), 1), 60)
    return f"{int(whole)} min {seconds:.1f} s" if whole else f"{seconds:.1f} s"
