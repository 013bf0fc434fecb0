"""What endpoints look up, and the problems of not finding it."""

from api.problems import Problem
from api.snapshot import Part, Site, Snapshot
from appservers.fields import fold
from appservers.models import Domain
from appservers.selectors import domain_at
from versioncontrol.patterns import Unfit, cleaned_version


def domain_by(slug: str) -> Domain:
    """The domain whose addresses hang under this slug, as the database has it now."""
    domain = None if "\0" in slug else domain_at(slug)
    if domain is None or not domain.active_role:  # without an active server it is just being deleted
        raise _no_domain(slug)
    return domain


def site_by(snapshot: Snapshot, slug: str) -> Site:
    """The same domain, as the snapshot has it."""
    if (site := snapshot.sites.get(slug)) is None:
        raise _no_domain(slug)
    return site


def component_by(snapshot: Snapshot, name: str, parameter: str = "component") -> Part:
    """The component of this name in any case."""
    if (component := snapshot.components.get(fold(name))) is None:
        known = ", ".join(sorted(part.name for part in snapshot.components.values())[:20])
        raise Problem(
            "unknown-component", f"There is no component “{name[:100]}”. Known: {known}.", parameter=parameter
        )
    return component


def version_of(text: str, parameter: str = "version") -> str:
    """The version as reported, without blanks at its ends."""
    try:
        return cleaned_version(text)
    except Unfit as error:
        raise unfit("invalid-version", error, parameter) from error


def unfit(code: str, error: Unfit, parameter: str) -> Problem:
    """The problem of a text that does not do, with the place in it where there is one."""
    place = {} if error.position is None else {"position": error.position}
    return Problem(code, str(error), parameter=parameter, more=place)


def _no_domain(slug: str) -> Problem:
    return Problem("unknown-domain", f"There is no domain “{slug[:120]}”.", parameter="slug")
