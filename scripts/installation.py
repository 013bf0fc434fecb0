"""What an installation on one machine needs before it starts: its folder, its environment, a free port."""

import errno
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
ADDRESS = "127.0.0.1"
DEFAULT_PORT = "8000"


class Fault(Exception):
    """A reason not to start, as a sentence for people; without one if it has been told already."""

    def __init__(self, sentence: str = "", code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def port(given: Mapping[str, str]) -> int:
    """The port to serve on; raises Fault when it is no port or not free."""
    word = given.get("PORT", "").strip() or DEFAULT_PORT
    if not (word.isascii() and word.isdigit() and 1 <= int(word[:6]) <= 65535):
        raise Fault(f"PORT is “{word}”. Set it to a number from 1 to 65535.", 2)
    number = int(word)
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ADDRESS, number))
    except OSError as error:
        raise Fault(_why_not_free(number, error), 2) from error
    return number


def _why_not_free(number: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {number} is in use by another program. Stop that program, or set PORT to a free port."
    return f"Port {number} cannot be opened ({error.strerror}). Set PORT to another port, above 1023."


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        number: int = probe.getsockname()[1]
    return number


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The variables for manage.py and gunicorn: what was given, and the rest as suits one machine over loopback."""
    var = folder(Path(given.get("VAR_DIR", "").strip() or BASE_DIR / "var"))
    own = {
        "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
        "VAR_DIR": str(var),
        "ALLOWED_HOSTS": f"localhost,{ADDRESS},[::1]",
        "HTTPS": "false",
    }
    if not any(given.get(name, "").strip() for name in ("SECRET_KEY", "SECRET_KEY_FILE")):
        own["SECRET_KEY_FILE"] = str(secret_key(var / "secret_key"))
    return (
        own | {name: value for name, value in given.items() if name not in own or value.strip()} | {"VAR_DIR": str(var)}
    )


def folder(path: Path) -> Path:
    """The folder for everything the installation writes, made if it is missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"The folder {path} cannot be created ({error.strerror}). Set VAR_DIR to another.") from error
    return path.resolve()


def secret_key(path: Path) -> Path:
    """The file with the random key that signs sessions, made once; only its owner can read it."""
    try:
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(60))
            fresh.rename(path)
    except OSError as error:
        raise Fault(
            f"The key file {path} cannot be written ({error.strerror}). Mend the folder's permissions."
        ) from error
    return path
