"""The app of version rules."""

from django.apps import AppConfig


class VersioncontrolConfig(AppConfig):
    name = "versioncontrol"
    verbose_name = "Version Control"
