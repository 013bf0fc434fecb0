"""The app of update links."""

from django.apps import AppConfig


class UpdatelinksConfig(AppConfig):
    name = "updatelinks"
    verbose_name = "Update Links"

    def ready(self) -> None:
        # Models and settings are not loaded before; the checks register themselves.
        from updatelinks import checks, offers  # noqa: F401
        from versioncontrol import remedies, revision

        remedies.register(offers.remedies_of)
        revision.watch("updatelinks_updatelink")
