"""Puts what was typed into the form of a page, as the page was written by the server. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import unquote, urlsplit

LEFT_ALONE = {"password", "file", "submit", "button", "image", "reset"}
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  the name of the field

Typed = Sequence[tuple[str, str]]
Attributes = list[tuple[str, str | None]]


@dataclass
class Control:
    """A field as it stands in the page: its tag, and for a text area its content, by their places."""

    tag: str
    name: str
    attributes: Attributes
    start: int
    end: int
    close: int = 0  # where the content of a text area ends
    text: str = ""  # of an option

    def said(self, attribute: str, otherwise: str = "") -> str:
        return next((text or "" for name, text in self.attributes if name == attribute), otherwise)

    @property
    def kind(self) -> str:
        return self.said("type", "text").lower() if self.tag == "input" else self.tag

    @property
    def value(self) -> str:
        if self.tag in ("option", "textarea"):
            return self.said("value", self.text.strip())
        return self.said("value", "on" if self.choice else "")

    @property
    def choice(self) -> bool:
        return self.kind in ("checkbox", "radio", "option")

    @property
    def marked(self) -> bool:
        return any(name in ("checked", "selected") for name, _ in self.attributes)


@dataclass
class Form:
    """A form that posts, and whither."""

    action: str
    controls: list[Control] = field(default_factory=list)


class _Forms(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._lines = [0, *accumulate(len(line) for line in html.split("\n"))]
        self.found: list[Form] = []
        self._form: Form | None = None
        self._open: Control | None = None  # the text area or option whose text comes now
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        start = self._place()
        here = Control(tag, "", attrs, start, start + len(self.get_starttag_text() or ""))
        if tag == "form":
            self._form = Form(here.said("action"))
            if here.said("method").lower() == "post":
                self.found.append(self._form)
        elif tag == "select":
            self._select = here.said("name")
        elif self._form and tag in ("input", "textarea", "option"):
            here.name = self._select if tag == "option" else here.said("name")
            self._form.controls.append(here)
            self._open = None if tag == "input" else here

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open.tag:
            self._open.close, self._open = self._place(), None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open.text += data

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + line - 1 + column


def forms(html: str) -> list[Form]:
    """The forms of a page that post."""
    return _Forms(html).found


def refill(html: str, *, page: str, sent_to: str, typed: Typed) -> str | None:
    """The page with what was typed in the form that sends there; None where no such form has any of the fields."""
    fitting = [form for form in forms(html) if _path(form.action or page) == _path(sent_to)]
    if not fitting:
        return None
    controls = _to_fill(max(fitting, key=lambda form: _likeness(form, typed)))
    if not {control.name for control in controls} & {name for name, _ in typed}:
        return None
    for start, end, text in reversed(list(_edits(controls, typed))):
        html = html[:start] + text + html[end:]
    return html


def _path(address: str) -> str:
    return unquote(urlsplit(address).path)


def _likeness(form: Form, typed: Typed) -> int:
    """How much of what a form says unseen is what was sent: rows of a list have a form each."""
    return sum((control.name, control.value) in typed for control in form.controls if control.kind == "hidden")


def _to_fill(form: Form) -> list[Control]:
    """Not secrets, files and buttons; nor what stands unseen in several rows, which may be other rows by now."""
    unseen = Counter(control.name for control in form.controls if control.kind == "hidden")
    return [
        control
        for control in form.controls
        if control.name not in ("", TOKEN)
        and control.kind not in LEFT_ALONE
        and not (control.kind == "hidden" and unseen[control.name] > 1)
    ]


def _edits(controls: list[Control], typed: Typed) -> Iterator[tuple[int, int, str]]:
    values: dict[str, list[str]] = {}
    for name, value in typed:
        values.setdefault(name, []).append(value)
    for control in controls:
        sent = values.get(control.name, [])
        if control.choice:
            mark = "selected" if control.tag == "option" else "checked"
            chosen = [(mark, None)] if control.value in sent else []
            if sent or mark == "checked":
                yield control.start, control.end, _tag(control, chosen, without=mark)
        elif sent and control.tag == "textarea":
            yield control.end, control.close, "\n" + escape(sent.pop(0))
        elif sent:
            yield control.start, control.end, _tag(control, [("value", sent.pop(0))], without="value")


def _tag(control: Control, more: Iterable[tuple[str, str | None]], *, without: str) -> str:
    attributes = [(name, text) for name, text in control.attributes if name != without] + list(more)
    written = "".join(f" {name}" if text is None else f' {name}="{escape(text)}"' for name, text in attributes)
    return f"<{control.tag}{written}>"
