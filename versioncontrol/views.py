"""A domain's version rules: list, new, edit, delete."""

from typing import Any

from appservers.models import Domain
from common import crud
from versioncontrol import selectors, services
from versioncontrol.forms import VersionRuleForm
from versioncontrol.models import VersionRule


class RulePage(crud.Page):
    """What the pages have in common."""

    domain_model = Domain
    model = VersionRule
    form = VersionRuleForm
    app_name = "versioncontrol"

    @staticmethod
    def rows(domain: Domain) -> list[VersionRule]:
        return selectors.rules(domain)

    @staticmethod
    def save(row: VersionRule, seen: int | None) -> VersionRule:
        return services.save_rule(rule=row, seen=seen)

    @staticmethod
    def delete(row: VersionRule) -> bool:
        return services.delete_rule(rule=row)


class List(RulePage, crud.ListPage):
    """The rules by component, and the components that have none."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(unruled=selectors.unruled_components(self.domain), **context)


class New(RulePage, crud.NewPage):
    """A new rule."""


class Edit(RulePage, crud.EditPage):
    """A stored rule."""


class Delete(RulePage, crud.DeletePage):
    """A rule to delete, and what follows from it."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        last = self.row is not None and selectors.is_last(self.row)
        return super().get_context_data(last=last, **context)
