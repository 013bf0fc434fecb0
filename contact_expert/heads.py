"""The heads of plain requests and of their answers, read and written as gunicorn does, in a tenth of its time.

A plain request has no body, and nothing in its head that two readers could take for two things. Of everything else
`read` says nothing, and gunicorn reads it.
"""

import io
import re
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from gunicorn import SERVER
from gunicorn.config import Config
from gunicorn.http.message import HeaderPolicy
from gunicorn.http.wsgi import base_environ
from gunicorn.util import http_date

Environ = dict[str, Any]

REQUEST = re.compile(r"(GET|HEAD) ((/api/[^?#% \t]*)(?:\?([^# \t]*))?) (HTTP/1\.[01])")
ASKED = "REQUEST_METHOD", "RAW_URI", "PATH_INFO", "QUERY_STRING", "SERVER_PROTOCOL"
UNPRINTABLE = re.compile(r"[^\t\r\n -~]")
NAME = re.compile(r"[-A-Za-z0-9]+")
# What tells of a body or of another protocol, or has a name of its own in an environ.
MORE = {"CONTENT-LENGTH", "CONTENT-TYPE", "EXPECT", "TE", "TRAILER", "TRANSFER-ENCODING", "UPGRADE"}
END = "\r\n"
MOST_FIELDS = 100  # as gunicorn has it


class Known(NamedTuple):
    """What the requests of a connection have in common, and by which variables it tells of TLS, if it is believed."""

    environ: Environ
    schemes: Mapping[str, str]


def started(cfg: Config) -> Environ:
    """What stands in the environ of every plain request; there is nothing to be read from `wsgi.input`."""
    plain = {"SCRIPT_NAME": "", "wsgi.multithread": True, "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO()}
    return {**base_environ(cfg), **plain}


def schemes(cfg: Config, address: str) -> dict[str, str]:
    """Variable -> the value that means https, of the fields by which a peer at that address is believed."""
    peer: Any = HeaderPolicy()
    peer.cfg, peer.peer_addr = cfg, (address, 0)
    believed, _ = peer._peer_trusted_for_forwarded()
    return {f"HTTP_{name.replace('-', '_')}": value for name, value in believed.items() if "_" not in name}


def read(data: bytes, known: Known) -> Environ | None:
    """The environ of a whole plain request; None if it is not whole, or not plain."""
    text = data.decode("latin-1")
    if UNPRINTABLE.search(text):
        return None
    first, *lines = text.split(END)
    asked = REQUEST.fullmatch(first)
    # Nothing ends a line but CRLF, and two of them, once, the whole.
    if (
        asked is None
        or len(lines) > MOST_FIELDS + 2
        or lines[-2:] != ["", ""]
        or not text.count("\r") == text.count("\n") == len(lines)
    ):
        return None
    environ = known.environ.copy()
    environ.update(zip(ASKED, asked.groups(""), strict=True))
    for line in lines[:-2]:
        name, colon, value = line.partition(":")
        key = variable(name)
        if not (key and colon) or key in environ:
            return None
        environ[key] = value.strip("\t ")
    said = [environ[key] == value for key, value in known.schemes.items() if key in environ]
    if said:
        if len(said) > 1:
            return None
        environ["wsgi.url_scheme"] = "https" if said[0] else "http"
    return environ


@lru_cache(maxsize=1024)
def variable(name: str) -> str:
    """What a field is called in an environ; empty if gunicorn has to look at it."""
    plain = NAME.fullmatch(name) and name.upper() not in MORE
    return f"HTTP_{name.upper().replace('-', '_')}" if plain else ""


def ends(environ: Environ) -> bool:
    """Whether the connection is to be closed after the answer, as gunicorn decides it."""
    said = environ.get("HTTP_CONNECTION", "").lower()
    return bool(said == "close" or (environ["SERVER_PROTOCOL"] == "HTTP/1.0" and said != "keep-alive"))


def fields(environ: Environ) -> list[tuple[str, str]]:
    """The fields of a request, for the access log."""
    return [(name[5:].replace("_", "-"), value) for name, value in environ.items() if name.startswith("HTTP_")]


def written(protocol: str, status: str, headers: Iterable[tuple[str, str]], *, last: bool) -> bytes:
    """The head of an answer that tells its length."""
    told = "".join([f"{name}: {value}\r\n" for name, value in headers])
    connection = "close" if last else "keep-alive"
    own = f"{protocol} {status}\r\nServer: {SERVER}\r\nDate: {date(int(time.time()))}\r\nConnection: {connection}\r\n"
    return f"{own}{told}\r\n".encode("latin-1")


@lru_cache(maxsize=1)
def date(second: int) -> str:
    """That second of the Unix epoch as a header says it."""
    return str(http_date(second))
