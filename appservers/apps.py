"""The app of domains and their application servers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AppserversConfig(AppConfig):
    name = "appservers"
    verbose_name = "Application servers"

    def ready(self) -> None:
        from appservers.triggers import install  # models are not loaded before ready()

        post_migrate.connect(install, sender=self)
