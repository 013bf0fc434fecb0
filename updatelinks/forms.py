"""The form of an update link."""

from django.forms import ModelForm, TextInput

from updatelinks.models import UpdateLink


class UpdateLinkForm(ModelForm[UpdateLink]):
    """A link of one domain; the domain comes with the instance."""

    class Meta:
        model = UpdateLink
        fields = ["component", "version", "private_url", "public_url"]
        # Not type=url: the browser would refuse with words of its own before ours are asked.
        widgets = {name: TextInput(attrs={"inputmode": "url"}) for name in ("private_url", "public_url")}
        error_messages = {
            "component": {
                "required": "Choose the component this link updates.",
                "invalid_choice": "That component was removed from the catalogue. Choose another one.",
            },
        }
