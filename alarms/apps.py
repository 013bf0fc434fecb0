"""The app of alarms."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "alarms"
    verbose_name = "Alarms"

    def ready(self) -> None:
        # Models are not loaded before.
        from alarms import told, watch
        from common import live
        from failover import companions

        companions.registered += watch.COMPANIONS
        live.told.append(told.alarms)
