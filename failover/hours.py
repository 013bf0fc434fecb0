"""An hour of minutes, packed into some hundred bytes. Pure: standard library only. Decision 0017.

Six columns of sixty numbers of two bytes, the low bytes and the high bytes of each apart so that they compress, behind
the number of the layout.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

from failover.minutes import Minute, combine

MINUTES = 60
LAYOUT = b"\x01"
COLUMNS = (*[Struct(f"<{MINUTES}H")] * 3, *[Struct(f"<{MINUTES}e")] * 3)  # as the fields of Minute

Columns = Sequence[Sequence[float]]


def pack(minutes: Iterable[Minute]) -> bytes:
    """Minutes of one hour as one value."""
    rows: list[Sequence[float]] = [(0,) * len(COLUMNS)] * MINUTES
    for minute in minutes:
        rows[minute.number % MINUTES] = minute[1:]
    columns = [form.pack(*column) for form, column in zip(COLUMNS, zip(*rows, strict=True), strict=True)]
    return LAYOUT + zlib.compress(b"".join(column[0::2] + column[1::2] for column in columns), 1)


def columns(packed: bytes) -> Columns:
    """The six columns, each of sixty; a layout of another version counts as nothing seen."""
    if packed[:1] != LAYOUT:
        return [(0,) * MINUTES] * len(COLUMNS)
    body, column, found = zlib.decompress(packed[1:]), bytearray(2 * MINUTES), []
    for place, form in enumerate(COLUMNS):
        start = place * len(column)
        column[0::2] = body[start : start + MINUTES]
        column[1::2] = body[start + MINUTES : start + 2 * MINUTES]
        found.append(form.unpack(column))
    return found


def unpack(packed: bytes, hour: int) -> Iterator[Minute]:
    """The minutes that were seen; `hour` counts hours since 1970."""
    for number, (healthy, failures, blind, *latencies) in enumerate(zip(*columns(packed), strict=True), hour * MINUTES):
        if healthy or failures or blind:
            yield Minute(number, int(healthy), int(failures), int(blind), *latencies)


def merge(stored: Iterable[Minute], seen: Iterable[Minute], since: int) -> list[Minute]:
    """An hour with what was seen besides; of minutes before `since` only those that nobody wrote."""
    merged = {minute.number: minute for minute in stored}
    for minute in seen:
        known = merged.get(minute.number)
        if known is None:
            merged[minute.number] = minute
        elif minute.number >= since:
            merged[minute.number] = combine(known, minute)
    return list(merged.values())
