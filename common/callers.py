"""Who calls a command."""

import getpass
import os


def caller() -> str:
    """The system's name of whoever calls; its number where it has none, as in many containers."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # KeyError before Python 3.13
        name = f"uid {os.getuid()}"
    return f"{name} (command)"
