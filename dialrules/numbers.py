"""Numbers, patterns of numbers and emergency URIs as people type them. Pure.

In a pattern `?` is exactly one character and `*` any run of characters, as in Version Control. `*` is a key of
telephones too: in a number it stands for itself, and a pattern reaches it by `?` or `*`.
"""

import re

from appservers import hosts
from versioncontrol.patterns import in_order, shown

LONGEST = 64
LONGEST_URI = 255
KEYS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*#"
WILDCARDS = "?*"
SEPARATORS = " -./()"
PATTERN_SQL = r"\A([+][A-Z0-9*#?]|[A-Z0-9*#?])[A-Z0-9*#?]{0,62}\Z"
URI_SQL = r"\A(sips?|tel):[!-~]{1,250}\Z"

SIP_USER = re.compile(r"[A-Za-z0-9_.!~*'()&=+$,;?/%-]+")
SIP_REST = re.compile(r"(;[A-Za-z0-9_.!~*'()\[\]/:&+$%=-]+)*")
TEL_NUMBER = re.compile(r"\+?[0-9A-Fa-f*#().-]*[0-9*#][0-9A-Fa-f*#().-]*(;[A-Za-z0-9_.!~*'()\[\]/:&+$%=-]+)*")


def cleaned_number(text: str) -> str:
    """A number as rules see it: its keys alone, letters in capitals. Raises ValueError with a sentence."""
    return _cleaned(text, "number", KEYS, "Give a number, for example +3612345678.")


def cleaned_pattern(text: str) -> str:
    """A pattern likewise; a run of wildcards becomes its `?`s and then at most one `*`. Raises ValueError."""
    pattern = _cleaned(text, "pattern", KEYS + WILDCARDS, "Give a number or a pattern, for example +361234????.")
    return in_order(pattern)


def cleaned_uri(text: str) -> str:
    """Where calls are diverted to, its scheme in small letters. Raises ValueError with a sentence."""
    uri = text.strip()
    if len(uri) > LONGEST_URI:
        raise ValueError(f"A URI has at most {LONGEST_URI} characters; this one has {len(uri)}. Shorten it.")
    scheme, colon, rest = uri.partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in ("sip", "sips", "tel"):
        raise ValueError("Start with sip:, sips: or tel:, for example sip:duty@pbx.corp.example or tel:+3612345678.")
    if rest.startswith("//"):
        raise ValueError(f"A {scheme} URI has no slashes behind the colon. Remove them.")
    return f"{scheme}:{_telephone(rest) if scheme == 'tel' else _sip(rest)}"


def _cleaned(text: str, noun: str, keys: str, missing: str) -> str:
    number = ""
    for position, character in enumerate(text, start=1):
        if character in SEPARATORS:
            continue
        if character == "+":
            if number:
                raise ValueError(f"Character {position} is a plus sign. It can only come first.")
        elif not character.isascii() or character.upper() not in keys:
            raise ValueError(f"Character {position} is {shown(character)}. {_advice(noun)}")
        number += character.upper()
    if not number.strip("+"):
        raise ValueError(missing)
    if len(number) > LONGEST:
        raise ValueError(f"A {noun} has at most {LONGEST} characters; this one has {len(number)}. Shorten it.")
    return number


def _advice(noun: str) -> str:
    keys = "digits, letters without accents, * and #, with + in front"
    return f"A number has {keys}." if noun == "number" else f"A pattern has {keys}, and the wildcards ? and *."


def _telephone(number: str) -> str:
    if not TEL_NUMBER.fullmatch(number):
        raise ValueError("This is not a telephone number. Write it like tel:+3612345678.")
    return number


def _sip(address: str) -> str:
    """`user@host:port;parameters`, all but the host optional."""
    before, at, place = address.rpartition("@")
    if at and ":" in before:
        raise ValueError("Everyone who asks would see this password. Remove the part between “:” and “@”.")
    if at and not SIP_USER.fullmatch(before):
        raise ValueError("The part before “@” is not a SIP user. Write it like sip:duty@pbx.corp.example.")
    host, semicolon, rest = place.partition(";")
    if not SIP_REST.fullmatch(semicolon + rest):
        raise ValueError("What follows the host is not valid. Parameters look like ;transport=tls.")
    return f"{before}{at}{hosts.host_and_port(host)}{semicolon}{rest}"
