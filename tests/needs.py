"""Programs that some tests need. Without one a test is skipped with the reason; in CI it fails instead."""

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest

from tests.faults.network import forbidden, missing

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OMNINAMES = ("omniNames",)
SEARCHED = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"  # where servers are, not only for root


def chromium() -> str:
    """The path of a Chromium."""
    return _program(CHROMIUM, "install the package chromium")


def omninames() -> str:
    """The path of omniNames, a CORBA naming service."""
    return _program(OMNINAMES, "install the package omniorb-nameserver")


def haproxy() -> str:
    """The path of HAProxy."""
    return _program(("haproxy",), "install the package haproxy")


def nginx() -> str:
    """The path of nginx."""
    return _program(("nginx",), "install the package nginx-light")


def granian() -> None:
    """The web server granian, a package of Python."""
    if importlib.util.find_spec("granian") is None:
        _without("granian is not installed: pip install granian")


def network_namespaces() -> None:
    """Hosts with addresses of their own; where they may not be made the test is skipped in CI, too."""
    if reason := missing():
        _without(reason)
    if reason := forbidden():
        pytest.skip(reason)


def _program(names: tuple[str, ...], advice: str) -> str:
    for name in names:
        if path := shutil.which(name, path=SEARCHED):
            return path
    return _without(f"{names[0]} is not installed: {advice}")


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(reason)
    pytest.skip(reason)
