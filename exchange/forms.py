"""The forms of import and export, and the way in which a file travels from its preview to its confirmation."""

import base64
import binascii
import zlib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from exchange.files import MOST_BYTES, Form, too_large
from exchange.planning import Plan

MOST_CARRIED = 2_000_000  # characters; Django takes 2.5 MB of fields
NOT_CARRIED = (
    "Even compressed it is too large to travel through this page. "
    "Import it with manage.py appservers import, or in parts."
)


class ImportForm(forms.Form):
    """A file to look at; nothing is written yet."""

    file = forms.FileField(
        label="File",
        help_text="An export as .yaml, .json or .zip, or the domains alone as .csv. It is only compared at first.",
        error_messages={
            "required": "Choose the file to import.",
            "empty": "The file is empty.",
            "invalid": "Choose the file to import.",
        },
    )
    prune = forms.BooleanField(
        label="Delete domains that are not in the file",
        required=False,
        help_text="Otherwise they stay as they are.",
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuses by the size alone, before anything is read into memory."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if reason := too_large(file.size or 0):
            raise forms.ValidationError(reason)
        return file


class ConfirmForm(forms.Form):
    """The file that was looked at, and what was seen; how many domains go is typed when any does."""

    name = forms.CharField(widget=forms.HiddenInput)
    document = forms.CharField(widget=forms.HiddenInput)
    prune = forms.BooleanField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    number = forms.CharField(
        label="How many domains are deleted",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_document(self) -> bytes:
        try:
            return unpacked(self.cleaned_data["document"])
        except ValueError as error:
            raise forms.ValidationError("The file was damaged on its way. Choose it again.") from error

    def confirms(self, plan: Plan) -> bool:
        """Whether the deletions are meant; says so at the field if not."""
        number = len(plan.removed)
        if not number or self.cleaned_data["number"].strip() == str(number):
            return True
        self.add_error(
            "number", f"Type {number} to confirm that {number} domain{'s are' if number > 1 else ' is'} deleted."
        )
        return False


class ExportForm(forms.Form):
    """The form of an export."""

    form = forms.ChoiceField(
        label="Form",
        choices=[
            (Form.YAML, "YAML, one document: for people and for git"),
            (Form.JSON, "JSON, one document: for programs"),
            (Form.CSV, "CSV, a file for each kind in a zip: for spreadsheets"),
        ],
        initial=Form.YAML,
    )


def packed(content: bytes) -> str:
    """A file as the text of a field. Raises ValueError when it is too large for one."""
    text = base64.b64encode(zlib.compress(content, 9)).decode()
    if len(text) > MOST_CARRIED:
        raise ValueError(NOT_CARRIED)
    return text


def unpacked(text: str) -> bytes:
    """The file again. Raises ValueError."""
    inflating: Any = zlib.decompressobj()
    try:
        content = inflating.decompress(base64.b64decode(text, validate=True), MOST_BYTES + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not a packed file") from error
    if len(content) > MOST_BYTES or not inflating.eof:
        raise ValueError("not a packed file")
    return bytes(content)
