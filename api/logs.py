"""Logs without tokens."""

import logging
from collections.abc import Iterable

from api.tokens import redacted

OF_WEB_SERVERS = ("gunicorn.access", "gunicorn.error", "granian.access", "_granian")


class WithoutTokens(logging.Filter):
    """Cuts the secret of a token out of whatever is logged, tracebacks included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True


def without_tokens(names: Iterable[str] = OF_WEB_SERVERS) -> None:
    """Logs that others write are without tokens too: an address in an access log may hold one that was refused."""
    for name in names:
        logging.getLogger(name).addFilter(WithoutTokens())
