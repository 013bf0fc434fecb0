"""The address of a webhook as administrators type it. Pure."""

from urllib.parse import urlsplit

from appservers import hosts

LONGEST = 1000
EXAMPLE = "https://hooks.corp.example/contact-expert"


def cleaned(text: str) -> str:
    """The URL without blanks at its ends. Raises ValueError with a sentence that says how to mend it."""
    address = text.strip()
    scheme, colon, _ = address.partition("://")
    if not colon or scheme.lower() not in ("http", "https"):
        raise ValueError(f"A webhook is reached by https or http. Give the whole URL, for example {EXAMPLE}.")
    if len(address) > LONGEST:
        raise ValueError(f"A URL has at most {LONGEST} characters; this one has {len(address)}. Shorten it.")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError("A URL has neither blanks nor letters beyond ASCII. Write them as %20 and the like.")
    try:
        place = urlsplit(address).netloc
    except ValueError as error:
        raise ValueError("The host is not valid. Put an IPv6 address in brackets: [2001:db8::5].") from error
    if "@" in place:
        raise ValueError("Everybody who may look would see this user name or password. Remove the part before “@”.")
    hosts.host_and_port(place)
    return address
