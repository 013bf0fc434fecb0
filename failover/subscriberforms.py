"""The form of a subscriber."""

from collections.abc import Iterable
from typing import Any

from django.forms import CharField, ModelForm, Textarea, TextInput, ValidationError

from appservers.fields import fold
from appservers.models import Domain
from failover.models import Subscriber

TELLS = ("tell_switched", "tell_held", "tell_exposed", "tell_recovered", "tell_monitor_gone")


class DomainNames(CharField):
    """Domains by their names, one in each line: as quick with thousands of them as with three, and pasted as well."""

    widget = Textarea

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else _lines(value)

    def clean(self, value: Any) -> list[Domain]:
        names = {fold(line): line.strip() for line in str(super().clean(value)).splitlines() if fold(line)}
        found = {domain.name_key: domain for domain in Domain.objects.filter(name_key__in=names)}
        if missing := [name for key, name in names.items() if key not in found]:
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            raise ValidationError(f"There is no domain {', '.join(f'“{name}”' for name in missing[:5])}{more}.")
        return [found[key] for key in names]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(_lines(initial or ()), data))


def _lines(domains: Iterable[Domain]) -> str:
    return "\n".join(sorted((domain.name for domain in domains), key=fold))


class SubscriberForm(ModelForm[Subscriber]):
    """Who is told of what; how it is reached cannot change once it is stored."""

    domains = DomainNames(
        label="Chosen domains",
        required=False,
        widget=Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="Names, one in each line; capitals do not count. Counts while “All domains” is off.",
    )

    class Meta:
        model = Subscriber
        fields = ["name", "channel", "address", *TELLS, "all_domains", "domains", "enabled"]
        error_messages = {
            "name": {"required": "Give the subscriber a name."},
            "address": {"required": "Give the URL of the webhook, or the e-mail address."},
        }
        # Not type=url: the browser would refuse with words of its own before ours are asked.
        widgets = {"address": TextInput(attrs={"inputmode": "url"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["channel"].disabled = True

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or self.cleaned_data
        if not any(wanted.get(name) for name in TELLS):
            self.add_error("tell_switched", ValidationError("Choose at least one kind of event."))
        if not wanted.get("all_domains") and not wanted.get("domains") and "domains" not in self.errors:
            self.add_error("domains", ValidationError("Choose at least one domain, or turn “All domains” on."))
        return wanted
