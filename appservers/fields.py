"""Model fields that hold a domain's properties in one canonical form."""

import unicodedata
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from appservers import hosts
from appservers.formfields import NUL, CanonicalText


def fold(text: str) -> str:
    """What two names have in common when people call them the same: NFKC, no case, nothing invisible."""
    if text.isascii() and text.isprintable():  # the same, sooner
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(filter(_visible, folded)).split())


def _visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf")


class FoldedField(models.CharField[str, str]):
    """Another field's text without case, kept by the field itself so that every way of saving keeps it."""

    def __init__(self, *args: Any, source: str = "name", **options: Any) -> None:
        self.source = source
        options["editable"] = False
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = fold(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, folded)
        return folded


class PlainField(models.CharField[str, str]):
    """Text whose form field speaks the model's words.

    It takes more than fits and says so, where `maxlength` makes the browser cut what is pasted without a word.
    """

    def formfield(self, **options: Any) -> Any:
        words = {"required": self.error_messages["blank"], **NUL}
        return super().formfield(**{"max_length": None, "error_messages": words, **options})


class CanonicalField(models.CharField[str, str]):
    """Text that is stored in the form a pure function gives it; that function's ValueError is the message."""

    canonical: Callable[[str], str]

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        text = super().clean(value, model_instance)
        if not text:
            return text
        try:
            return type(self).canonical(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class HostField(CanonicalField, PlainField):
    """A host name or address; see hosts.host."""

    canonical = staticmethod(hosts.host)

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": CanonicalText, "canonical": type(self).canonical, **options})


class HostPortField(HostField):
    """`fqdn` or `fqdn:port`; see hosts.host_and_port."""

    canonical = staticmethod(hosts.host_and_port)
