"""Variables of the environment, read by django-environ, with a sentence for every fault.

NAME_FILE may name a file that holds the value of NAME, as container platforms do for secrets; it wins over NAME.
"""

import warnings
import zoneinfo
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()

TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
DATABASE_ADVICE = (
    "DATABASE_URL is not the address of a database. "
    "Write it as postgresql://USER:PASSWORD@HOST:5432/NAME or sqlite:////FOLDER/FILE."
)
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
EMAIL_ADVICE = (
    "EMAIL_URL is not the address of a mail server. Write it as smtp://USER:PASSWORD@HOST:25, "
    "smtp+tls://USER:PASSWORD@HOST:587 or smtp+ssl://USER:PASSWORD@HOST:465."
)


def text(name: str, default: str = "") -> str:
    """The value without blanks around it; the default when it is not set or empty.

    It is taken as it stands: django-environ's own readers would follow a leading `$` to another variable.
    """
    try:
        return str(env.ENVIRON.get(name, "")).strip() or default
    except (OSError, UnicodeDecodeError) as error:
        fault = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ImproperlyConfigured(
            f"{name}_FILE names {env.ENVIRON[f'{name}_FILE']}, which cannot be read ({fault}). "
            "Create the file, mend its permissions, or unset the variable."
        ) from error


def required(name: str, advice: str) -> str:
    """A variable without a safe default; the advice says what to set."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {advice}")
    return value


def words(name: str) -> list[str]:
    """A list that is separated by commas."""
    return split(text(name))


def split(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    """On or off; an unknown word is a fault, because a misspelt `true` must not switch a protection off."""
    word = text(name, str(default)).lower()
    if word not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} is “{word}”. Set it to true or false.")
    return word in TRUE


def number(name: str, default: float) -> float:
    """A number of 0 or more."""
    try:
        value = float(text(name, str(default)))
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise ImproperlyConfigured(f"{name} is “{text(name)}”. Set it to a number of 0 or more.")
    return value


def whole(name: str, default: int) -> int:
    """A whole number of 0 or more."""
    value = number(name, default)
    if not value.is_integer():
        raise ImproperlyConfigured(f"{name} is “{text(name)}”. Set it to a whole number.")
    return int(value)


def time_zone(name: str) -> str:
    """A time zone by its IANA name; UTC unless given."""
    zone = text(name, "UTC")
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"{name} is “{zone}”. Set it to a name such as Europe/Budapest.") from error
    return zone


def log_level(name: str) -> str:
    """One of the usual levels; INFO unless given."""
    level = text(name, "INFO").upper()
    if level not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} is “{level}”. Set it to one of {', '.join(LOG_LEVELS)}.")
    return level


def database(name: str, default: Path) -> dict[str, Any]:
    """The database that the address names, as Django's settings write it; a SQLite file's folder is created."""
    try:
        with warnings.catch_warnings(action="ignore"):  # its warning on an unknown kind would show the password
            settings: dict[str, Any] = env.db_url_config(text(name, f"sqlite:///{default}"))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ImproperlyConfigured(DATABASE_ADVICE) from error
    if settings.get("ENGINE") not in ENGINES or settings["NAME"] in ("", ":memory:"):
        raise ImproperlyConfigured(DATABASE_ADVICE)
    if settings["ENGINE"].endswith("sqlite3"):
        _make_folder(Path(settings["NAME"]).parent)
    return settings


def email(name: str) -> dict[str, Any]:
    """The mail server that the address names, as Django's settings write it; nothing when it is not set."""
    address = text(name)
    if not address:
        return {}
    port = MAIL_PORTS.get(address.partition("://")[0].lower())
    try:
        found: dict[str, Any] = env.email_url_config(address)
    except (ValueError, KeyError, AttributeError, TypeError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(EMAIL_ADVICE) from error
    if port is None or not found["EMAIL_HOST"]:
        raise ImproperlyConfigured(EMAIL_ADVICE)
    found["EMAIL_PORT"] = found["EMAIL_PORT"] or port
    return {key: value for key, value in found.items() if key.startswith("EMAIL_") and value is not None}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The database's folder {folder} cannot be created ({error.strerror}). "
            "Create it, or name another in DATABASE_URL or VAR_DIR."
        ) from error
