"""Sending a parcel: a signed POST, or an e-mail. Never raises; what went wrong is a sentence without secrets."""

import asyncio
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from smtplib import SMTPException
from socket import gaierror
from ssl import SSLContext, SSLError

import httpx2
from django.conf import settings
from django.core.mail import EmailMessage
from standardwebhooks import Webhook

from failover.conf import email_is_set_up
from failover.models import Channel
from failover.parcel import Outcome, Parcel

TOTAL = 10.0  # seconds for everything: name, connection, request, answer
NO_EMAIL = "E-mail is not set up: EMAIL_URL is not set."

Sender = Callable[[Parcel], Outcome]

log = logging.getLogger(__name__)


def send(parcel: Parcel, *, total: float = TOTAL) -> Outcome:
    """Try once to deliver it."""
    try:
        if parcel.channel == Channel.EMAIL:
            return _mail(parcel)
        return asyncio.run(_post(parcel, total))
    except Exception:  # the per-item boundary: what one subscriber does is not the others' trouble
        log.exception("a notice for %s could not be sent", parcel.name)
        return Outcome("The monitor's own fault; its log says more.")


def signed(parcel: Parcel, body: str, at: datetime) -> dict[str, str]:
    """The headers of a POST, by the Standard Webhooks specification."""
    return {
        "content-type": "application/json",
        "user-agent": f"contact-expert/{settings.VERSION}",
        "webhook-id": str(parcel.id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(parcel.secret).sign(str(parcel.id), at, body),
    }


async def _post(parcel: Parcel, total: float) -> Outcome:
    """The status alone says what came of it: the body of the answer is not read, and a redirect not followed."""
    body = parcel.body
    headers = signed(parcel, body, datetime.now(UTC))
    try:
        async with (
            asyncio.timeout(total),
            httpx2.AsyncClient(verify=_trusted(), trust_env=False, timeout=None) as client,
            client.stream("POST", parcel.address, content=body.encode(), headers=headers) as response,
        ):
            return _judged(response.status_code)
    except TimeoutError:
        return Outcome(f"No answer within {total:g} s.")
    except httpx2.ConnectError as error:
        return Outcome(f"It cannot be reached: {_why(error)}.")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Outcome(f"No proper answer: {_why(error)}.")


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome()
    if 300 <= status < 400:
        return Outcome(f"It answered {status}; redirects are not followed. Give the address that it leads to.")
    return Outcome(f"It answered {status}.")


def _why(error: BaseException) -> str:
    """The cause in words: what the system said beats what the libraries made of it."""
    words = str(error) or type(error).__name__
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, gaierror | SSLError) and below.strerror:
            words = below.strerror
        elif isinstance(below, OSError) and below.errno:
            words = os.strerror(below.errno)  # asyncio puts words of its own into strerror
        below = below.__cause__ or below.__context__
    return words.rstrip(".")


@cache
def _trusted() -> SSLContext:
    """The authorities that certificates are checked against; read once, because that takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


def _mail(parcel: Parcel) -> Outcome:
    if not email_is_set_up():
        return Outcome(NO_EMAIL)
    words = parcel.content["data"]
    message = EmailMessage(
        subject=" ".join(words["subject"].split()),
        body=words["text"],
        to=[parcel.address],
        headers={"Message-ID": f"<{parcel.id}@contact-expert>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        return Outcome(f"The mail server did not take it: {_why(error)}.")
    return Outcome()
