"""The model field of an update's URL."""

from updatelinks import addresses
from versioncontrol.fields import TypedField


class AddressField(TypedField):
    """A URL by http or https; see addresses.cleaned."""

    canonical = staticmethod(addresses.cleaned)
