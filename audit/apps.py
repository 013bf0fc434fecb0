"""The app of the audit trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit Trail"

    def ready(self) -> None:
        from audit import recording

        recording.begin()
