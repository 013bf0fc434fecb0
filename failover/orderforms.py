"""The forms by which people say how a domain is to be handled: pause, acknowledge, confirm, schedule."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, get_current_timezone_name

from appservers.models import Domain, Role
from common.words import minutes, same_to_the_eye
from failover.windows import PATIENCE, Window, at_a_time, next_window

LONGEST_TEXT = 500
NOT_CHOSEN = "A time stands here, but “{}” is not chosen above. Choose it, or empty this field."


class LocalTime(forms.DateTimeField):
    """A date and a time of the site's clocks."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(
            required=False, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options
        )


class ClockTime(forms.TimeField):
    """A time of the day by the site's clocks."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(required=False, widget=widget, **options)


class Line(forms.CharField):
    """What a person says in one line."""

    def __init__(self, *, missing: str, **options: Any) -> None:
        super().__init__(
            max_length=LONGEST_TEXT,
            error_messages={"required": missing},
            **options,
        )


class OrderForm(forms.Form):
    """What all of them know: the domain, and the time at which it is asked."""

    def __init__(self, *args: Any, domain: Domain, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.domain, self.now = domain, now


class NothingForm(OrderForm):
    """A button that is pressed a second time."""


class PauseForm(OrderForm):
    """For how long, and why; after clean(), `until` is the end or None."""

    LENGTHS = {
        "30m": ("30 minutes", timedelta(minutes=30)),
        "2h": ("2 hours", timedelta(hours=2)),
        "8h": ("8 hours", timedelta(hours=8)),
    }
    length = forms.ChoiceField(
        label="Pause for",
        choices=[
            *((key, label) for key, (label, _) in LENGTHS.items()),
            ("at", "Until a time, which is given below"),
            ("open", "Without end, until somebody resumes it"),
        ],
        initial="2h",
        help_text="It ends by itself, unless it is without end.",
    )
    until = LocalTime(label="Until")
    reason = Line(
        label="Reason",
        missing="Give a reason: the next shift reads it beside the pause.",
        help_text="Why nothing may switch by itself meanwhile, for example “Patching the primary”.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].help_text = f"Only for “Until a time”. In the time zone {get_current_timezone_name()}."

    def clean(self) -> dict[str, Any]:
        right = super().clean() or self.cleaned_data
        length = right.get("length")
        if length and length != "at" and right.get("until"):
            self.add_error("until", NOT_CHOSEN.format("Until a time"))
        elif length in self.LENGTHS:
            right["until"] = self.now + self.LENGTHS[length][1]
        elif length == "open":
            right["until"] = None
        elif length == "at" and "until" in right:
            self._check(right["until"])
        return right

    def _check(self, until: datetime | None) -> None:
        if until is None:
            self.add_error("until", "Give the time at which the pause ends.")
        elif until <= self.now:
            self.add_error("until", "This time is over already. Give a later one.")


class AcknowledgeForm(OrderForm):
    """What was found."""

    note = Line(
        label="What you found",
        missing="Say what you found: the next shift reads it in the history.",
        help_text="Why it switched so often, and what was done about it. It is kept in the history.",
    )


class ConfirmForm(OrderForm):
    """Which server is active, how that is known, and the domain's name."""

    active = forms.ChoiceField(
        label="Active server",
        choices=[("", "Choose the one that clients use"), *Role.choices],
        error_messages={"required": "Choose the server that clients use now."},
        help_text="The one that clients use now. Nothing is looked up: what you say counts.",
    )
    note = Line(
        label="How you know",
        missing="Say how you know: the next shift reads it in the history.",
        help_text="For example “Agents are signed in on the secondary”. It is kept in the history.",
    )
    name = forms.CharField(
        label="Domain's name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the domain's name to confirm that this one is meant."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].help_text = f"Type “{self.domain.name}” to confirm that this domain is meant."

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if not same_to_the_eye(typed, self.domain.name):
            raise ValidationError(f"This is not the domain's name. Type: {self.domain.name}")
        return typed


class ScheduleForm(OrderForm):
    """When the other server is to be made active, and why; after clean(), `window` is opens and closes."""

    to_role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)
    when = forms.ChoiceField(
        label="When",
        choices=[("nightly", "At night, in a window"), ("at", "At a certain time")],
        initial="nightly",
    )
    begins = ClockTime(label="Window begins", initial="02:00")
    ends = ClockTime(label="Window ends", initial="04:00")
    at = LocalTime(label="Time")
    reason = Line(label="Reason", missing="Give a reason: the next shift reads it in the history.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zone = get_current_timezone_name()
        self.fields["when"].help_text = (
            "At night: in the first night in which the server is up within the window. "
            f"At a certain time: if it is up then or within {minutes(PATIENCE)} minutes, else not at all."
        )
        self.fields["ends"].help_text = f"Only for “At night”. In the time zone {zone}; it may reach over midnight."
        self.fields["at"].help_text = f"Only for “At a certain time”. In the time zone {zone}."

    @property
    def nightly(self) -> bool:
        return bool(self.cleaned_data["when"] == "nightly")

    def clean(self) -> dict[str, Any]:
        right = super().clean() or self.cleaned_data
        if right.get("when") == "nightly" and right.get("at"):
            self.add_error("at", NOT_CHOSEN.format("At a certain time"))
        elif not {"when", "at", "begins", "ends"} - right.keys():
            right["window"] = self._night(right) if right["when"] == "nightly" else self._time(right["at"])
        return right

    def _night(self, right: dict[str, Any]) -> Window | None:
        missing = [name for name in ("begins", "ends") if right[name] is None]
        for name in missing:
            self.add_error(name, "Give a time, such as 02:00.")
        if missing:
            return None
        try:
            return next_window(right["begins"], right["ends"], self.now, get_current_timezone())
        except ValueError as error:
            self.add_error("ends", str(error))
            return None

    def _time(self, at: datetime | None) -> Window | None:
        if at is None:
            self.add_error("at", "Give the time of the switch.")
        elif at <= self.now:
            self.add_error("at", "This time is over already. Give a later one.")
        else:
            return at_a_time(at)
        return None
