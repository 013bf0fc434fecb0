"""The app of alarms."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "alarms"
    verbose_name = "Alarms"

    def ready(self) -> None:
        # Models are not loaded before.
        from alarms import watch
        from failover import companions

        companions.registered += watch.COMPANIONS
