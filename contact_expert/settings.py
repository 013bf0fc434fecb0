"""Settings, read from the environment once. docs/operations.md lists every variable."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from contact_expert import __version__
from contact_expert.environment import (
    database,
    email,
    flag,
    log_level,
    number,
    required,
    split,
    text,
    time_zone,
    whole,
    words,
)

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = __version__

DEBUG = flag("DEBUG", default=False)
SECRET_KEY = required(
    "SECRET_KEY",
    "Set it to 50 or more random characters that stay the same over restarts, or SECRET_KEY_FILE to a file with them.",
)
ALLOWED_HOSTS = split(
    required("ALLOWED_HOSTS", "Set it to the host names, separated by commas, under which browsers reach the console.")
)
HTTPS = flag("HTTPS", default=True)

ROOT_URLCONF = "contact_expert.urls"
WSGI_APPLICATION = "contact_expert.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

INSTALLED_APPS = [
    "access",
    "contact_expert.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "simple_history",
    "common",
    "appservers",
    "versioncontrol",
    "updatelinks",
    "dialrules",
    "exchange",
    "failover",
    "alarms",
    "audit",
    "ninja",
    "api",
]
MIDDLEWARE = [
    "common.requests.RequestId",
    "api.middleware.Problems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.middleware.SignInAgain",
    "access.interrupted.Interrupted",
    "common.once.Once",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: SQLite in var/ out of the box, anything else by DATABASE_URL.

VAR_DIR = Path(text("VAR_DIR", str(BASE_DIR / "var")))
SQLITE_OPTIONS = {
    # WAL lets the console read while the monitor writes; an immediate transaction takes its lock at once and waits for
    # it, where a deferred one fails half way with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# A server that vanishes without a word is noticed within some ten seconds, not hours.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def with_options(settings: dict[str, Any]) -> dict[str, Any]:
    """The database with the options that its kind needs."""
    if settings["ENGINE"].endswith("sqlite3"):
        return settings | {"OPTIONS": SQLITE_OPTIONS | settings.get("OPTIONS", {})}
    return settings | {
        "OPTIONS": POSTGRESQL_OPTIONS | settings.get("OPTIONS", {}),
        "CONN_MAX_AGE": whole("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": with_options(database("DATABASE_URL", VAR_DIR / "contact_expert.sqlite3"))}

# Who may come in. LoginRequiredMiddleware shuts every view that does not open itself.

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["access.backends.Roles"]
LOGIN_URL = "access:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "access:login"
CSRF_FAILURE_VIEW = "access.interrupted.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# The wire. HTTPS=false is for a machine that is reached over loopback only.

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
if flag("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Files, words and time.

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = "contact_expert.formats"
TIME_ZONE = time_zone("TIME_ZONE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"tokens": {"()": "api.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "loggers": {"httpx2": {"level": "WARNING"}},  # it would write down every address that a notice goes to
    "root": {"handlers": ["console"], "level": log_level("LOG_LEVEL")},
}

# The HTTP API; api/conf.py reads these.

API_OPEN = flag("API_OPEN", default=False)
API_RATE = number("API_RATE", 2500)
API_WAITERS = whole("API_WAITERS", 2)
API_SIGHTINGS_EVERY = number("API_SIGHTINGS_EVERY", 5)

# Notices by e-mail. Without EMAIL_URL nothing is sent, and the console says so.

EMAIL = email("EMAIL_URL")
EMAIL_IS_SET_UP = bool(EMAIL)
globals().update(EMAIL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", "contact-expert@localhost")

# The failover monitor; failover/conf.py reads these and checks them.

FAILOVER_PERIOD = number("FAILOVER_PERIOD", 2.0)
FAILOVER_TIMEOUT = number("FAILOVER_TIMEOUT", 2.0)
FAILOVER_QUICK_PERIOD = number("FAILOVER_QUICK_PERIOD", 0.5)
FAILOVER_FALL = whole("FAILOVER_FALL", 3)
FAILOVER_RISE = whole("FAILOVER_RISE", 2)
FAILOVER_QUORUM = text("FAILOVER_QUORUM", "majority")
FAILOVER_MONITORS = whole("FAILOVER_MONITORS", 1)
FAILOVER_HISTORY_DAYS = whole("FAILOVER_HISTORY_DAYS", 32)

# Where callers are, by address; updatelinks/conf.py and common/requests.py read these, and updatelinks/checks.py
# refuses what is no network.

CORPORATE_NETWORKS = words("CORPORATE_NETWORKS") or [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "127.0.0.0/8",
    "::1/128",
]
DMZ_PROXIES = words("DMZ_PROXIES")
TRUSTED_PROXIES = words("TRUSTED_PROXIES")
