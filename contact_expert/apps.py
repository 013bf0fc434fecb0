"""Django's admin behind our own door."""

from django.contrib.admin.apps import AdminConfig


class ConsoleAdminConfig(AdminConfig):
    """The admin, opened by roles; see access/site.py."""

    default_site = "access.site.ConsoleAdminSite"
