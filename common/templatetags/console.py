"""The tags that all pages share: icon, status, time, form field."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common import words
from common.status import Look

register = template.Library()
SPRITE = "vendor/bootstrap-icons-1.13.2/icons.svg"
SHORT = 16  # characters that fit on a line anywhere, as an IPv4 address
AFTER_A_DOT = mark_safe(".<wbr>")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A symbol of the sprite; decoration, so hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', static(SPRITE), name
    )


@register.simple_tag
@cache
def pill(look: Look) -> SafeString:
    """The status component; what the state means is its description, read aloud and shown on hover."""
    means = format_html(' title="{}" aria-description="{}"', look.means, look.means) if look.means else ""
    return format_html('<span class="pill tone-{}"{}>{}{}</span>', look.tone, means, icon(look.icon), look.word)


def _time(kind: str, at: datetime, text: str, more: str = "") -> SafeString:
    local = timezone.localtime(at)
    return format_html(
        '<time data-{} datetime="{}" title="{}"{}>{}</time>',
        kind,
        at.isoformat(timespec="milliseconds"),
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        more,
        text,
    )


@register.simple_tag
def ago(at: datetime | None, never: str = "never") -> SafeString | str:
    """How long ago, kept current in the browser, with the absolute time on hover."""
    return never if at is None else _time("ago", at, timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"))


@register.simple_tag
def lasting(at: datetime) -> SafeString:
    """For how long since then, kept current in the browser."""
    return _time("for", at, timezone.localtime(at).strftime("since %Y-%m-%d %H:%M:%S"))


@register.simple_tag
def clock_time(at: datetime) -> SafeString:
    """The time of day."""
    return _time("clock", at, timezone.localtime(at).strftime("%H:%M:%S"))


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """The time of day, with the date unless it is today's."""
    return _time("moment", at, timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"))


@register.simple_tag
def left(until: datetime) -> SafeString:
    """The time left until then, counted down in the browser."""
    quiet = mark_safe(' role="timer" aria-live="off"')
    return _time("left", until, timezone.localtime(until).strftime("%H:%M:%S"), quiet)


@register.filter
def as_minutes(duration: timedelta) -> str:
    """A duration in minutes, with the unit."""
    return f"{words.minutes(duration)} min"


@register.filter
def breakable(text: str) -> SafeString | str:
    """A long host name or address, which a line may break after its dots: not inside its words."""
    if len(text) <= SHORT:
        return text
    return format_html_join(AFTER_A_DOT, "{}", ((part,) for part in text.split(".")))


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, width: str = "") -> dict[str, Any]:
    """A form field with label, help and errors; `width` is a class for the control."""
    widget = bound.field.widget
    check = getattr(widget, "input_type", "") == "checkbox"
    select = hasattr(widget, "choices") and not check
    attributes: dict[str, str | bool] = {
        "class": " ".join(filter(None, [_control(check, select), width, "is-invalid" if bound.errors else ""]))
    }
    described = [f"{bound.auto_id}_help"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"field": bound, "check": check, "control": bound.as_widget(attrs=attributes)}


def _control(check: bool, select: bool) -> str:
    if check:
        return "form-check-input"
    return "form-select" if select else "form-control"
