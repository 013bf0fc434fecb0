"""What people said about a domain, for the pages of other apps that show the domain too."""

from django import template
from django.utils import timezone

from appservers.models import Domain
from failover.remarks import Remarks, remarks_on

register = template.Library()


@register.simple_tag
def orders_of(domain: Domain) -> Remarks:
    """The remarks; to be used as `{% orders_of domain as remarks %}`."""
    return remarks_on(domain, timezone.now())
