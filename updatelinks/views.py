"""A domain's update links: list, new, edit, delete."""

from appservers.models import Domain
from common import crud
from updatelinks import selectors, services
from updatelinks.forms import UpdateLinkForm
from updatelinks.models import UpdateLink


class LinkPage(crud.Page):
    """What the pages have in common."""

    domain_model = Domain
    model = UpdateLink
    form = UpdateLinkForm
    app_name = "updatelinks"

    @staticmethod
    def rows(domain: Domain) -> list[UpdateLink]:
        return selectors.links(domain)

    @staticmethod
    def save(row: UpdateLink, seen: int | None) -> UpdateLink:
        return services.save_link(link=row, seen=seen)

    @staticmethod
    def delete(row: UpdateLink) -> bool:
        return services.delete_link(link=row)


class List(LinkPage, crud.ListPage):
    """The links by component."""


class New(LinkPage, crud.NewPage):
    """A new link."""


class Edit(LinkPage, crud.EditPage):
    """A stored link."""


class Delete(LinkPage, crud.DeletePage):
    """A link to delete."""
