"""What is read of the settings once, however often it is asked for."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

from django.core.signals import setting_changed

T = TypeVar("T")


def until_settings_change(read: Callable[[], T]) -> Callable[[], T]:
    """Remember what the function reads of the settings; only tests change those of a running process."""
    kept = cache(read)

    def forget(**_: Any) -> None:
        kept.cache_clear()

    setting_changed.connect(forget, weak=False)
    return wraps(read)(kept)
