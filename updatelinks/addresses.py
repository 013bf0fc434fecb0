"""URLs of updates as administrators type them. Pure."""

from urllib.parse import SplitResult, quote, urlsplit

from appservers import hosts

LONGEST = 2000
SCHEMES = ("http", "https")
EXAMPLE = "https://sw.corp.example/10.2.10"
ADDRESS_SQL = r'\A[Hh][Tt][Tt][Pp][Ss]?://[!"$-.0->A-\[\]-~]+([/?#][!-\[\]-~]*)?\Z'


def cleaned(text: str) -> str:
    """The URL without blanks at its ends. Raises ValueError with a sentence that says how to mend it."""
    address = text.strip()
    _refuse_halves(address)
    _refuse_scheme(address)
    _refuse_characters(address)
    if len(address) > LONGEST:
        raise ValueError(f"A URL has at most {LONGEST} characters; this one has {len(address)}. Shorten it.")
    _refuse_host(address)
    return address


def _refuse_halves(address: str) -> None:
    """JSON can carry halves of characters, which nothing can write down."""
    for position, character in enumerate(address, start=1):
        if "\ud800" <= character <= "\udfff":
            raise ValueError(f"Character {position} is half a character (U+{ord(character):04X}). Remove it.")


def _refuse_scheme(address: str) -> None:
    scheme, colon, rest = address.partition("://")
    if not colon:
        advice = f"here: https://{address.lstrip('/')}" if _names_a_host(address) else f"for example {EXAMPLE}"
        raise ValueError(f"This URL does not say how to fetch the update. Start it with https:// or http://, {advice}.")
    if scheme.lower() not in SCHEMES:
        raise ValueError(f"Agents fetch updates by http and https, not by “{scheme}”. Start the URL with https://.")
    if not rest:
        raise ValueError(f"The host is missing behind {scheme}://. Give the whole URL, for example {EXAMPLE}.")


def _names_a_host(address: str) -> bool:
    try:
        return "." in hosts.host_and_port(address.lstrip("/").partition("/")[0])
    except ValueError:
        return False


def _refuse_characters(address: str) -> None:
    for position, character in enumerate(address, start=1):
        if character.isspace():
            raise ValueError(f"A URL has no blanks; character {position} is one. Remove it, or write %20 for it.")
        if character == "\\":
            raise ValueError(f"Character {position} is a backslash. Write / in a URL.")
        if not character.isascii() and position > len(address) - len(_tail(address)):
            raise ValueError(f"Character {position} is “{character}”. Write {quote(character)} for it in a URL.")
        if character.isascii() and not character.isprintable():
            raise ValueError(f"Character {position} is invisible (U+{ord(character):04X}). Remove it.")


def _tail(address: str) -> str:
    """What follows the host."""
    behind = address.partition("://")[2]
    return behind[min((behind.find(mark) for mark in "/?#" if mark in behind), default=len(behind)) :]


def _refuse_host(address: str) -> None:
    parts = _split(address)
    if "@" in parts.netloc:
        raise ValueError("Every agent would see this user name or password. Remove the part before “@”.")
    if not parts.netloc or parts.netloc.startswith(":"):
        raise ValueError(f"The host is missing behind {parts.scheme}://. Give the whole URL, for example {EXAMPLE}.")
    host = hosts.host_and_port(parts.netloc)
    if not parts.netloc.isascii():
        raise ValueError(f"Write the host name in its ASCII form, here: {host}.")


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError as error:
        raise ValueError("The host is not valid. Put an IPv6 address in brackets: [2001:db8::5].") from error
