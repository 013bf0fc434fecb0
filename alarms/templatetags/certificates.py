"""The certificates of a domain's web FQDNs, for a page of another app."""

from django import template
from django.utils import timezone

from alarms.webnames import WebName, web_names
from appservers.models import Domain

register = template.Library()


@register.simple_tag
def certificates_of(domain: Domain) -> list[WebName]:
    """To be used as `{% certificates_of domain as web_names %}`."""
    return web_names(domain, timezone.now())
