"""Every form of the console, sent after the session has ended: what was typed is there again after the sign-in."""

import pytest
from django.test import Client

from appservers.models import Domain
from common.refill import TOKEN, Control, Form, forms
from tests.test_permissions import CONSOLE, address, domain  # noqa: F401  the fixture: a domain with one of everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced", "domain")]

LOGIN = "/accounts/login/"


def visible(form: Form) -> list[Control]:
    unseen = ("hidden", "password", "file", "submit", "button")
    return [control for control in form.controls if control.name and control.kind not in unseen]


def fill(form: Form) -> dict[str, list[str]]:
    """What is sent by a person who fills in every field, takes the last choice, and turns every switch."""
    sent = {control.name: [control.value] for control in form.controls if control.kind == "hidden"}
    sent.pop(TOKEN)
    for number, control in enumerate(visible(form)):
        if control.kind == "checkbox":
            sent.setdefault(control.name, []).extend([] if control.marked else [control.value])
        else:
            sent[control.name] = [control.value if control.choice else f"typed {number}"]
    return sent


def shown(form: Form) -> dict[str, list[str]]:
    """What the form says, as it would be sent."""
    said: dict[str, list[str]] = {}
    for control in visible(form):
        if control.choice:
            said.setdefault(control.name, []).extend([control.value] if control.marked else [])
        else:
            said.setdefault(control.name, []).append(control.value)
    return said


def posting(html: str) -> dict[int, Form]:
    """The forms with something to fill in, by their place among those of the page."""
    return {place: form for place, form in enumerate(forms(html)) if visible(form)}


def test_what_was_typed_into_any_form_of_the_console_is_there_again(administrator: Client) -> None:
    lost, seen = [], set[str]()
    pages = {name: address(name, Domain.objects.get()) for name in CONSOLE}
    for name, page in pages.items():
        for place, form in posting(administrator.get(page).content.decode()).items():
            sent, seen = fill(form), seen | {name}
            asked = Client().post(form.action or page, sent, headers={"Referer": f"http://testserver{page}"})
            carried = {field: asked.context[field] for field in ("next", "interrupted")}
            html = administrator.post(LOGIN, carried, follow=True).content.decode()
            again = forms(html)[place]
            expected = {control.name: sent.get(control.name, []) for control in visible(form)}
            if "What you typed is there again." not in html or shown(again) != expected:
                lost.append((name, place, expected, shown(again)))
    assert lost == []
    assert len(seen) >= 20, "forms were not found"
