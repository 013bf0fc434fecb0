"""The app of dial rules: where calls go in an emergency."""

from django.apps import AppConfig


class DialrulesConfig(AppConfig):
    name = "dialrules"
    verbose_name = "Dial Rules"

    def ready(self) -> None:
        # Models are not loaded before.
        from appservers import neighbours
        from dialrules import selectors
        from versioncontrol import revision

        neighbours.calls.append(selectors.calls_in_words)
        revision.watch("dialrules_dialrule", revision.CALLS)
