"""Model fields of patterns and versions; updatelinks uses them too."""

from typing import Any

from django.db import models

from appservers.fields import CanonicalField, FoldedField, PlainField
from versioncontrol import patterns


class TypedField(CanonicalField, PlainField):
    """Text as typed but for blanks at its ends, which every way of saving trims."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip() if isinstance(text, str) else text


class PatternField(TypedField):
    """A version pattern; see patterns.cleaned."""

    canonical = staticmethod(patterns.cleaned)


class VersionField(TypedField):
    """One exact version; see patterns.cleaned_version."""

    canonical = staticmethod(patterns.cleaned_version)


class VersionKeyField(FoldedField):
    """Another field's pattern or version in canonical form; see patterns.canonical."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = patterns.canonical(getattr(model_instance, self.source).strip())
        setattr(model_instance, self.attname, key)
        return key
