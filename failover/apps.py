"""The app of the failover manager."""

from django.apps import AppConfig


class FailoverConfig(AppConfig):
    name = "failover"
    verbose_name = "Failover"

    def ready(self) -> None:
        from failover import checks  # noqa: F401  registers itself; settings are not ready before
