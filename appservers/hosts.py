"""Host names as the project stores them: RFC 1123, lower case, internationalised names in their ASCII form. Pure."""

import ipaddress
import re

import idna

LONGEST = 253
LABEL_SQL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
LABEL = re.compile(LABEL_SQL)
PORT_SQL = ":([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST_SQL = rf"\A(\[[0-9a-f:.]{{2,45}}\]|{LABEL_SQL}(\.{LABEL_SQL})*)\Z"
HOST_PORT_SQL = rf"\A(\[[0-9a-f:.]{{2,45}}\]|{LABEL_SQL}(\.{LABEL_SQL})*)({PORT_SQL})?\Z"


def host(text: str) -> str:
    """The canonical form of a host name, an IPv4 or a bracketed IPv6 address.

    Raises ValueError with a sentence that says how to mend the text.
    """
    name = text.strip()
    _refuse_what_is_no_name(name)
    if name.startswith("["):
        return _ipv6(name)
    if ":" in name:
        raise ValueError(_advice_on_colon(name))
    return _ascii_name(name)


def host_and_port(text: str) -> str:
    """The canonical form of `fqdn` or `fqdn:port`. Raises ValueError as host() does."""
    name = text.strip()
    _refuse_what_is_no_name(name)
    head, colon, port = name.rpartition(":")
    if not colon or name.endswith("]"):
        return host(name)
    if ":" in head and not head.endswith("]"):
        raise ValueError(_advice_on_colon(name))
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise ValueError(
            f"“{_printable(port)}” is not a port. Put a number from 1 to 65535 after the colon, or leave the colon out."
        )
    return f"{host(head)}:{int(port)}"


def _refuse_what_is_no_name(name: str) -> None:
    if not name:
        raise ValueError("Give a host name, for example ce-a.corp.example.")
    if len(name) > LONGEST + len("[]:65535"):
        raise ValueError(_too_long(name))
    if "/" in name:
        bare = re.sub(r"^[a-z]*:?//", "", name, flags=re.IGNORECASE).split("/")[0]
        raise ValueError(f"This is a URL. Give the host name alone{f', here: {_printable(bare)}' if bare else ''}.")
    if any(character.isspace() for character in name):
        raise ValueError("A host name has no blanks. Give one name, for example ce-a.corp.example.")
    if "@" in name:
        raise ValueError("A host name has no “@”. Give the part behind it.")


def _ipv6(name: str) -> str:
    try:
        address = ipaddress.IPv6Address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    if address is None or address.scope_id or not name.endswith("]"):
        raise ValueError(f"“{_printable(name)}” is not an IPv6 address in brackets, such as [2001:db8::5].")
    return f"[{address}]"


def _advice_on_colon(name: str) -> str:
    try:
        return f"Put an IPv6 address in brackets: [{ipaddress.IPv6Address(name)}]."
    except ValueError:
        return "This holds a port or a stray colon. Give the host name alone; a port goes where a port is asked for."


def _ascii_name(name: str) -> str:
    bare = name.lower()
    if not bare.isascii():
        try:
            bare = idna.encode(bare, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"“{_printable(name)}” has no valid internationalised form. Check its letters.") from error
    bare = bare.removesuffix(".")
    if len(bare) > LONGEST:
        raise ValueError(_too_long(bare))
    labels = bare.split(".")
    for label in labels:
        if not LABEL.fullmatch(label):
            raise ValueError(_advice_on_label(label))
    return _ipv4(bare) if labels[-1].isdigit() else bare


def _ipv4(name: str) -> str:
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError as error:
        raise ValueError(f"“{name}” is not an IPv4 address: it needs four numbers from 0 to 255.") from error


def _too_long(name: str) -> str:
    return f"A host name has at most {LONGEST} characters; this one has {len(name)}. Shorten it."


def _advice_on_label(label: str) -> str:
    if not label:
        return "Two dots follow each other, or a dot comes first. Put a name between the dots."
    shown = _printable(label)
    if len(label) > 63:
        return f"Each part between dots has at most 63 characters; “{shown[:12]}…” has {len(label)}. Shorten it."
    if "_" in label:
        return f"“{shown}” holds an underscore, which host names do not allow (RFC 1123). Use the server's DNS name."
    if label.startswith("-") or label.endswith("-"):
        return f"“{shown}” starts or ends with a dash. A part of a host name starts and ends with a letter or digit."
    return f"“{shown}” holds a character that host names do not allow. Use letters, digits and dashes."


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
