"""The app of domains and their application servers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from appservers.triggers import install


class AppserversConfig(AppConfig):
    name = "appservers"
    verbose_name = "Application servers"

    def ready(self) -> None:
        post_migrate.connect(install, sender=self)
