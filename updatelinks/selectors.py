"""The reads: a domain's update links."""

from appservers.models import Domain
from updatelinks.models import UpdateLink
from versioncontrol.patterns import reading_order


def links(domain: Domain) -> list[UpdateLink]:
    """The domain's links by component, then by version as people read it."""
    found = UpdateLink.objects.filter(domain=domain).select_related("domain", "component")
    return sorted(found, key=lambda link: (link.component.name_key, reading_order(link.version_key)))
