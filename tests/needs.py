"""Programs that some tests need. Without one a test is skipped with the reason; in CI it fails instead."""

import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OMNINAMES = ("omniNames",)


def chromium() -> str:
    """The path of a Chromium."""
    return _program(CHROMIUM, "install the package chromium")


def omninames() -> str:
    """The path of omniNames, a CORBA naming service."""
    return _program(OMNINAMES, "install the package omniorb-nameserver")


def _program(names: tuple[str, ...], advice: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    reason = f"{names[0]} is not installed: {advice}"
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(reason)
    pytest.skip(reason)
