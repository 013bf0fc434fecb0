"""Files as they come and go: of which kind they are, how large they may be, and what they hold as text."""

import io
import zipfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from exchange import documents, sheets
from exchange.site import Site
from exchange.tree import Complain, Node, unfit

MOST_BYTES = 16 * 1024 * 1024
SPREADSHEET = "This is a spreadsheet. Save it as CSV (UTF-8), or import an export."


class Form(StrEnum):
    """The forms of an export; an import takes them too, and a CSV of domains alone."""

    YAML = "yaml"
    JSON = "json"
    CSV = "zip"


TYPES = {Form.YAML: "application/yaml", Form.JSON: "application/json", Form.CSV: "application/zip"}


def too_large(size: int) -> str:
    """Why a file of this size is not read; empty when it is."""
    if size <= MOST_BYTES:
        return ""
    most = MOST_BYTES // 1024 // 1024
    return f"The file has {size / 1024 / 1024:.1f} MB; at most {most} MB are read. Import it in parts."


def read(name: str, content: bytes, complain: Complain) -> Node:
    """What a file says; its name tells which kind it is. Raises Unfit, or complains and goes on."""
    if reason := too_large(len(content)):
        raise unfit(reason)
    match PurePath(name.lower()).suffix:
        case ".yaml" | ".yml":
            return documents.read_yaml(_text(content, ""))
        case ".json":
            return documents.read_json(_text(content, ""))
        case ".csv":
            return sheets.read_sheets({sheets.DOMAINS: _text(content, sheets.DOMAINS)}, complain)
        case ".zip":
            return sheets.read_sheets(_unpacked(content), complain)
        case ".xlsx" | ".xls" | ".ods":
            raise unfit(SPREADSHEET)
    raise unfit("Its name ends in none of .yaml, .yml, .json, .csv and .zip, so it is not known how to read it.")


def written(form: Form, components: Iterable[str], sites: Iterable[Site]) -> bytes:
    """An export."""
    if form is Form.CSV:
        return sheets.write_sheets(components, sites)
    write: Any = documents.write_yaml if form is Form.YAML else documents.write_json
    return bytes(write(components, sites).encode())


def _text(content: bytes, place: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unfit("The text is UTF-16. Save it as UTF-8.", place)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise unfit(SPREADSHEET, place)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise unfit(f"This is not text in UTF-8: line {line} holds something else. Save it as UTF-8.", place) from error
    if "\0" in text:
        raise unfit("This is not a text: it holds NUL characters.", place)
    return text


def _unpacked(content: bytes) -> dict[str, str]:
    """The files of a zip, all together no larger than one file may be, whatever they claim. Raises Unfit."""
    texts: dict[str, str] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                name = PurePath(entry.filename).name
                if entry.is_dir() or name.startswith("."):
                    continue
                if name.startswith("[Content_Types]"):
                    raise unfit(SPREADSHEET)
                if name not in sheets.COLUMNS or name in texts:
                    twice = "is there twice" if name in texts else "is none of " + ", ".join(sheets.COLUMNS)
                    raise unfit(f"The file “{name[:80]}” in the zip {twice}.")
                with archive.open(entry) as file:
                    found = file.read(left + 1)
                left -= len(found)
                if left < 0:
                    raise unfit(f"Unpacked it is larger than {MOST_BYTES // 1024 // 1024} MB. Import it in parts.")
                texts[name] = _text(found, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise unfit("This zip cannot be read: it is damaged or locked with a password.") from error
    return texts
