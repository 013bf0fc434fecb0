"""The names of what the trail tells of, also of what is deleted."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q

from appservers.fields import fold
from appservers.models import Domain


class Names:
    """Names of rows of other tables, read once per page."""

    def __init__(self) -> None:
        self._domains: dict[int, tuple[str, str]] = {}
        self._others: dict[tuple[type[Model], Any], str] = {}

    def load_domains(self, keys: Iterable[int | None]) -> None:
        """Read the names of these domains, and the slugs of those that exist."""
        wanted = {key for key in keys if key is not None} - self._domains.keys()
        for domain in Domain.objects.filter(pk__in=wanted):
            self._domains[domain.pk] = (domain.name, domain.slug)
        for record in Domain.history.filter(id__in=wanted - self._domains.keys(), history_type="-"):
            self._domains[record.id] = (record.name, "")

    def domain(self, key: int | None) -> tuple[str, str]:
        """Name and slug; the slug is empty when there is no such domain any more."""
        return self._domains.get(key or 0, (f"domain {key}" if key else "", ""))

    def other(self, model: Any, key: Any) -> str:
        """How people call a row of another table."""
        if key is None:
            return ""
        if (model, key) not in self._others:
            self._others[model, key] = self._read(model, key)
        return self._others[model, key]

    @staticmethod
    def _read(model: Any, key: Any) -> str:
        row = model._default_manager.filter(pk=key).first()
        if row is None and hasattr(model, "history"):
            row = model.history.filter(id=key).first()
            return str(getattr(row, "name", None) or f"{model._meta.verbose_name} {key}")
        return str(row) if row is not None else f"{model._meta.verbose_name} {key}"


def known_as(text: str) -> Q:
    """Domains by a part of a name that they have or had; for history, where the key is `id`."""
    return Q(name_key__contains=fold(text))
