"""The app of the HTTP API and its tokens."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "HTTP API"

    def ready(self) -> None:
        # Models are not loaded before.
        from api import trail
        from audit import events

        events.EVENTS.extend(trail.EVENTS)
