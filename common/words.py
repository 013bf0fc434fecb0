"""Durations in people's words. Pure."""

from datetime import timedelta


def minutes(duration: timedelta) -> str:
    """A duration in minutes with the fraction it needs: `2`, `0.5`, `0.05`."""
    return f"{duration.total_seconds() / 60:.6f}".rstrip("0").rstrip(".")


def exact(duration: timedelta) -> str:
    """A duration to a tenth of a second: `3.2 s`, `2 min 0.1 s`."""
    whole, seconds = divmod(round(max(0.0, duration.total_seconds()), 1), 60)
    return f"{int(whole)} min {seconds:.1f} s" if whole else f"{seconds:.1f} s"
