"""Logs without tokens."""

import logging

from api.tokens import redacted


class WithoutTokens(logging.Filter):
    """Cuts the secret of a token out of whatever is logged, tracebacks included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True
