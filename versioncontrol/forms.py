"""The form of a version rule."""

from django.forms import ModelForm

from versioncontrol.models import VersionRule


class VersionRuleForm(ModelForm[VersionRule]):
    """A rule of one domain; the domain comes with the instance."""

    class Meta:
        model = VersionRule
        fields = ["component", "pattern"]
        error_messages = {
            "component": {
                "required": "Choose the component this rule is for.",
                "invalid_choice": "That component was removed from the catalogue. Choose another one.",
            },
        }
