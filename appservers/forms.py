"""The forms of a domain, of its servers, and of its deletion. What they check is the models' and rules.py's."""

from typing import Any, ClassVar

from django import forms

from appservers import rules
from appservers.formfields import NUL, MinutesField, PortField
from appservers.models import DEFAULT_PORT, ApplicationServer, Domain
from appservers.store import GENERAL_FIELDS, SERVER_FIELDS

SECTION_UNFINISHED = "Give the secondary server's host name, or clear its other fields if there is no secondary server."


class DomainForm(forms.ModelForm[Domain]):
    """General Properties."""

    title: ClassVar[str] = ""

    class Meta:
        model = Domain
        fields = GENERAL_FIELDS
        field_classes = {"auto_failover_interval": MinutesField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What is not sent stays as it is; what is sent empty is refused by the service.
        for name in {"probe_kind", "object_key", "unmatched_calls"} & self.fields.keys():
            self.fields[name].required = False


class ServerForm(forms.ModelForm[ApplicationServer]):
    """Properties of the primary server. Services check what concerns other rows."""

    title: ClassVar[str] = "Primary"

    class Meta:
        model = ApplicationServer
        fields: tuple[str, ...] = SERVER_FIELDS
        field_classes = {"server_port": PortField}

    def validate_unique(self) -> None:
        """Endpoints are compared in rules.py, which words it for people."""

    def validate_constraints(self) -> None:
        """The fields hold whatever the table's constraints hold."""

    @property
    def described(self) -> rules.Server | None:
        """The server as far as it was typed rightly."""
        right = self.cleaned_data
        return rules.Server(right.get("server_fqdn"), right.get("server_port"), right.get("public_web_fqdn"))


class SecondaryForm(ServerForm):
    """Properties of the secondary server: all of it or none of it."""

    title: ClassVar[str] = "Secondary"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["server_fqdn"].required = self.fields["server_port"].required = False

    @property
    def left_out(self) -> bool:
        """Whether nothing was typed; the port that the empty form shows is nothing."""
        typed = {name: str(self[name].value() or "").strip() for name in SERVER_FIELDS}
        return typed.pop("server_port") in ("", str(DEFAULT_PORT)) and not any(typed.values())

    @property
    def described(self) -> rules.Server | None:
        return None if self.left_out else super().described

    def clean_server_port(self) -> int:
        port = self.cleaned_data["server_port"]
        return DEFAULT_PORT if port is None else int(port)

    def clean(self) -> dict[str, Any]:
        right = super().clean() or self.cleaned_data
        if not self.left_out and right.get("server_fqdn") == "":
            self.add_error("server_fqdn", SECTION_UNFINISHED)
        return right


class OpenedForm(forms.Form):
    """Hidden: the domain as the person saw it on opening the page, so that nobody overwrites what they never saw."""

    domain = forms.IntegerField(required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.JSONField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> dict[str, str]:
        seen = self.cleaned_data["seen"]
        return {str(name): str(text) for name, text in seen.items()} if isinstance(seen, dict) else {}


class DeleteForm(forms.Form):
    """Asks for the domain's name."""

    name = forms.CharField(
        label="Name of the domain",
        error_messages={"required": "Type the domain's name to confirm that this one is meant.", **NUL},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
