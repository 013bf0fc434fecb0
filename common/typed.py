"""What was typed into a form that has nowhere to go any more, in words: nothing typed is lost."""

from typing import Any

from django.forms import Form, ModelForm
from django.forms.utils import pretty_name
from django.http import HttpRequest

FormClass = type[Form] | type[ModelForm[Any]]


def typed(form: ModelForm[Any]) -> str:
    """The form's fields and what was typed into them, in a line."""
    form.is_valid()
    return ", ".join(
        f"{bound.label} {form.cleaned_data.get(bound.name, bound.value())}" for bound in form if bound.value()
    )


def repeated(request: HttpRequest, form: FormClass) -> str:
    """What was sent for a form that cannot be made any more, as a sentence to add; empty where nothing was typed."""
    said = []
    for name, field in form.base_fields.items():
        words = dict(getattr(field, "choices", ()))
        sent = [str(words.get(text, text)) for text in request.POST.getlist(name) if text.strip()]
        if sent and not field.widget.is_hidden:
            said.append(f"{field.label or pretty_name(name)}: “{', '.join(sent)}”")
    return f" What you typed: {'; '.join(said)}." if said else ""
