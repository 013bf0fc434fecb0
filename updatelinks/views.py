"""A domain's update links: list, new, edit, delete, and whether their URLs answer."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from appservers.models import Domain
from common import crud
from common.limits import permits_another
from updatelinks import overview, reach, selectors, services
from updatelinks.forms import UpdateLinkForm
from updatelinks.models import UpdateLink

AT_MOST, WITHIN = 10, timedelta(minutes=1)


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
    """The links by component, what is offered now, and what is offered to nobody."""

    @staticmethod
    def rows(domain: Domain) -> list[UpdateLink]:
        return []  # they come with the sections

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(sections=overview.sections(self.domain), **context)


class New(LinkPage, crud.NewPage):
    """A new link."""


class Edit(LinkPage, crud.EditPage):
    """A stored link."""


class Delete(LinkPage, crud.DeletePage):
    """A link to delete."""


class Check(LinkPage, View):
    """Asks the URLs of a stored link, for those who may change it. Changes nothing, and holds no transaction."""

    action = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = UpdateLink.objects.filter(domain=self.domain, pk=self.kwargs["pk"]).first()
        if link is None:
            return self.answer({"gone": True}, 200)
        if not permits_another(request.session, "link_checks", timezone.now(), at_most=AT_MOST, within=WITHIN):
            return self.answer({"link": link, "limit": AT_MOST}, 429)
        named = [("Private URL", link.private_url), ("Public URL", link.public_url)]
        given = [(name, url) for name, url in named if url]
        reached = reach.reach_all([url for _, url in given])
        found = [(name, one) for (name, _), one in zip(given, reached, strict=True)]
        return self.answer({"link": link, "found": found}, 200)

    def answer(self, context: dict[str, Any], status: int) -> HttpResponse:
        """A part of the list for htmx, a page of its own without script."""
        part = self.request.headers.get("HX-Request") == "true"
        template = "updatelinks/checked_part.html" if part else "updatelinks/checked.html"
        return render(self.request, template, {"domain": self.domain} | context, status=status)
