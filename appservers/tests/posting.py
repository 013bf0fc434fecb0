"""What browsers send from the page of a domain."""

from typing import Any

from django.test import Client
from django.urls import reverse

from appservers.models import Domain
from appservers.sheet import Sheet

NEW = "/infrastructure/application-servers/new/"


def url(domain: Domain, page: str = "edit") -> str:
    """The address of one of a domain's pages."""
    return reverse(f"appservers:{page}", args=[domain.slug])


def new(**changes: Any) -> dict[str, Any]:
    """What the empty form sends once the two fields that have to be were filled in."""
    return Sheet().texts() | {"name": "Szeged", "primary-server_fqdn": "szg-1.corp.example"} | changes


def opened(domain: Domain) -> dict[str, Any]:
    """What the form of a stored domain sends when nothing was touched."""
    sheet = Sheet(domain)
    hidden = {bound.html_name: bound.value() for bound in sheet.opened}
    return {name: text for name, text in sheet.texts().items() if text} | hidden


def post(client: Client, address: str, posted: dict[str, Any]) -> Any:
    """Send it as a browser does: a switch that is off is not sent."""
    switches = ("outsource", "unique_anonymous")
    return client.post(address, {name: text for name, text in posted.items() if text or name not in switches})


def errors(response: Any) -> dict[str, str]:
    """The sentence at each field that is to be mended."""
    sheet: Sheet = response.context["sheet"]
    return {field.html_name: message for field, _, message in sheet.mistakes()}
