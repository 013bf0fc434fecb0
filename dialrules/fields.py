"""Model fields of a dial rule."""

from appservers.fields import CanonicalField, PlainField
from dialrules import numbers


class NumberPatternField(CanonicalField, PlainField):
    """A pattern of numbers; see numbers.cleaned_pattern."""

    canonical = staticmethod(numbers.cleaned_pattern)


class CallUriField(CanonicalField, PlainField):
    """Where a call goes; see numbers.cleaned_uri."""

    canonical = staticmethod(numbers.cleaned_uri)
