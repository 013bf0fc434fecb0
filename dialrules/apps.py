"""The app of dial rules: where calls go in an emergency."""

from typing import Any

from django.apps import AppConfig


class DialrulesConfig(AppConfig):
    name = "dialrules"
    verbose_name = "Dial Rules"

    def ready(self) -> None:
        # Models are not loaded before.
        from appservers import neighbours
        from common import distinct
        from dialrules import selectors, services
        from dialrules.models import DialRule
        from versioncontrol import revision

        def write(row: DialRule, *, seen: int | None, **_: Any) -> DialRule:
            return services.save_rule(rule=row, seen=seen)

        distinct.register(DialRule, write)
        neighbours.calls.append(selectors.calls_in_words)
        revision.watch("dialrules_dialrule", revision.CALLS)
