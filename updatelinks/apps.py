"""The app of update links."""

from django.apps import AppConfig


class UpdatelinksConfig(AppConfig):
    name = "updatelinks"
    verbose_name = "Update Links"
