"""Times as people give them: how long a pause lasts, and windows of the night on the site's clocks. Pure.

Windows are times of the wall clock: after a change of the clocks they open at the same time of day as before.
"""

import re
from datetime import datetime, time, timedelta, tzinfo

PATIENCE = timedelta(minutes=30)  # how long a switch at a certain time may wait for its server
UNITS = {"m": timedelta(minutes=1), "min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
DURATION = re.compile(r"(\d{1,4})\s*(min|m|h|d)")
NIGHT = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
DAY = timedelta(days=1)

Window = tuple[datetime, datetime]


def duration(text: str) -> timedelta:
    """`30m`, `2h`, `1d`. Raises ValueError with a sentence."""
    match = DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"“{text}” is no duration. Write 30m, 2h or 1d.")
    return int(match[1]) * UNITS[match[2]]


def night(text: str) -> tuple[time, time]:
    """`02:00-04:00`. Raises ValueError with a sentence."""
    match = NIGHT.fullmatch(text.strip())
    try:
        if match is not None:
            return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError:
        pass
    raise ValueError(f"“{text}” is no window. Write HH:MM-HH:MM, such as 02:00-04:00.")


def at_a_time(moment: datetime) -> Window:
    """The window of a switch that is wanted at a certain time."""
    return moment, moment + PATIENCE


def next_window(begins: time, ends: time, now: datetime, zone: tzinfo) -> Window:
    """The window of the night that is open now, or else the next one; it may reach over midnight.

    Raises ValueError for a window without length.
    """
    if begins == ends:
        raise ValueError("The window begins and ends at the same time. Give it a length.")
    today = now.astimezone(zone).date()
    for days in range(-1, 4):
        date = today + days * DAY
        opens = datetime.combine(date, begins)
        closes = datetime.combine(date + (DAY if ends < begins else timedelta(0)), ends)
        window = _on_the_clock(opens, closes, zone)
        if window is not None and now < window[1]:
            return window
    raise AssertionError("a window exists on most days")  # pragma: no cover  clocks change twice a year


def later(window: Window, now: datetime, zone: tzinfo) -> Window:
    """The same window of the first later day on which it is not over yet and its times exist."""
    opens, closes = (moment.astimezone(zone).replace(tzinfo=None) for moment in window)
    days = max(1, (now - window[1]) // DAY)
    while (moved := _on_the_clock(opens + days * DAY, closes + days * DAY, zone)) is None or moved[1] <= now:
        days += 1
    return moved


def _on_the_clock(opens: datetime, closes: datetime, zone: tzinfo) -> Window | None:
    """The window in that zone; None on a day whose change of clocks leaves one of its times out, or nothing between."""
    window = opens.replace(tzinfo=zone), closes.replace(tzinfo=zone)
    # Through UTC and back: a time that the clocks leave out comes back as another one.
    there = [moment.timestamp() for moment in window]
    back = [datetime.fromtimestamp(moment, zone).replace(tzinfo=None) for moment in there]
    return window if back == [opens, closes] and there[0] < there[1] else None
