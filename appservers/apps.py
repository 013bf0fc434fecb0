"""The app of domains and their application servers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from appservers.triggers import install, take_away


class AppserversConfig(AppConfig):
    name = "appservers"
    verbose_name = "Application servers"

    def ready(self) -> None:
        pre_migrate.connect(take_away, sender=self)
        post_migrate.connect(install, sender=self)
