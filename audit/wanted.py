"""What of the trail is asked for: the filters, as the address carries them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters; empty ones do not count. `until` is the first moment that is not wanted any more."""

    who: str = ""
    what: str = ""
    domain: str = ""
    since: datetime | None = None
    until: datetime | None = None
    action: str = ""


class Filters(forms.Form):
    """The filters of the page."""

    who = forms.CharField(label="Who", required=False, max_length=150)
    what = forms.ChoiceField(label="What", required=False)
    domain = forms.CharField(label="Domain", required=False, max_length=100)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    action = forms.RegexField("[0-9a-f]{32}", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["what"].choices = [("", "Everything"), *kinds]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = "Give a day, such as 2026-03-31."

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This day lies before the first one.")
        return self.cleaned_data

    def wanted(self) -> Wanted:
        """The filters that make sense; days are those of the time zone that the console shows."""
        self.is_valid()
        found = self.cleaned_data
        since, until = found.get("since"), found.get("until")
        return Wanted(
            who=found.get("who", ""),
            what=found.get("what", ""),
            domain=found.get("domain", ""),
            since=make_aware(datetime.combine(since, time.min)) if since else None,
            until=make_aware(datetime.combine(until + timedelta(days=1), time.min)) if until else None,
            action=found.get("action", ""),
        )
