"""The tags that all pages share."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from common.status import Look, Tone
from common.templatetags import console

AT = datetime(2026, 3, 1, 3, 12, 4, 5000, tzinfo=UTC)


class Sheet(forms.Form):
    """One of each kind of field."""

    name = forms.CharField(label="Name", help_text="How people call it.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")])
    sure = forms.BooleanField(label="Sure", required=False)


def rendered(text: str, **context: Any) -> str:
    return Template("{% load console %}" + text).render(Context(context)).strip()


def field(form: Sheet, name: str) -> str:
    return rendered("{% field bound %}", bound=form[name])


def test_an_icon_is_decoration_and_points_into_the_sprite() -> None:
    html = console.icon("check-lg")
    assert 'aria-hidden="true"' in html
    assert html.count("#check-lg") == 1


@pytest.mark.parametrize("tone", Tone)
def test_a_pill_says_its_word_beside_the_colour(tone: Tone) -> None:
    html = console.pill(Look(tone, "x-lg", "Down & out"))
    assert f"tone-{tone}" in html
    assert "Down &amp; out" in html
    assert "title" not in html


def test_a_pill_explains_its_word_to_whoever_points_at_it_or_hears_it() -> None:
    html = console.pill(Look(Tone.BAD, "x-lg", "Down", "It does <not> answer."))
    assert html.count("It does &lt;not&gt; answer.") == 2
    assert ' title="' in html
    assert ' aria-description="' in html


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("ago", "data-ago"), ("lasting", "data-for"), ("clock_time", "data-clock"), ("left", "data-left")],
)
@pytest.mark.parametrize(("zone", "local"), [("UTC", "03:12:04"), ("Europe/Budapest", "04:12:04")])
def test_a_time_is_exact_for_the_browser_and_local_without_one(
    settings: Any, tag: str, kind: str, zone: str, local: str
) -> None:
    settings.TIME_ZONE = zone
    html = rendered(f"{{% {tag} at %}}", at=AT)
    assert html.startswith(f'<time {kind} datetime="2026-03-01T03:12:04.005+00:00"')
    assert local in html.partition(">")[2]


def test_what_never_happened_has_a_word() -> None:
    assert console.ago(None) == "never"
    assert console.ago(None, "not yet") == "not yet"


def test_a_duration_in_minutes_has_its_unit() -> None:
    assert console.as_minutes(timedelta(seconds=30)) == "0.5 min"


def test_a_long_host_name_breaks_after_its_dots_and_a_short_one_is_left_alone() -> None:
    shown = rendered("{{ name|breakable }}", name="web-secondary.<b>.corp.example")
    assert shown == "web-secondary.<wbr>&lt;b&gt;.<wbr>corp.<wbr>example"
    assert rendered("{{ name|breakable }}", name="<b>.corp.example") == "&lt;b&gt;.corp.example"


def test_a_field_ties_its_label_and_help_to_the_control() -> None:
    html = field(Sheet(), "name")
    assert 'for="id_name"' in html
    assert 'aria-describedby="id_name_help"' in html
    assert 'id="id_name_help"' in html
    assert "aria-invalid" not in html


def test_a_field_with_an_error_says_so_to_everybody_and_keeps_what_was_typed() -> None:
    html = field(Sheet({"name": "", "kind": "<b>"}), "name")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert "is-invalid" in html
    assert "This field is required." in html


@pytest.mark.parametrize(
    ("name", "look"), [("name", "form-control"), ("kind", "form-select"), ("sure", "form-check-input")]
)
def test_each_kind_of_field_has_its_look(name: str, look: str) -> None:
    assert look in field(Sheet(), name)


def test_a_field_can_be_given_a_width() -> None:
    assert 'class="form-control narrow"' in rendered('{% field bound "narrow" %}', bound=Sheet()["name"])


def test_what_was_typed_is_escaped() -> None:
    assert "<script>" not in field(Sheet({"name": "<script>", "kind": "a"}), "name")
