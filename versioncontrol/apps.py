"""The app of version rules."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VersioncontrolConfig(AppConfig):
    name = "versioncontrol"
    verbose_name = "Version Control"

    def ready(self) -> None:
        # Models are not loaded before.
        from common import distinct
        from versioncontrol.models import ComponentMode, VersionPolicy, VersionRule
        from versioncontrol.revision import install
        from versioncontrol.services import restore_mode, restore_unlisted, save_rule

        def write(row: VersionRule, **options: Any) -> VersionRule:
            return save_rule(rule=row, **options)

        distinct.register(VersionRule, write)
        distinct.register(ComponentMode, restore_mode)
        distinct.register(VersionPolicy, restore_unlisted)
        post_migrate.connect(install, sender=self)
