"""The reads: domains with their servers, and who changed what."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from appservers.exceptions import Save
from appservers.fields import fold
from appservers.models import ApplicationServer, Domain, Role


def domains(search: str = "") -> QuerySet[Domain]:
    """Domains with their servers; `search` is part of a name or of a server's host name."""
    found = Domain.objects.prefetch_related("servers")
    if text := search.strip():
        found = found.filter(
            Q(name_key__contains=fold(text)) | Q(servers__server_fqdn__contains=text.lower())
        ).distinct()
    return found


def find_domain(word: str) -> Domain | None:
    """The domain with this name (any case) or slug."""
    return (
        Domain.objects.prefetch_related("servers").filter(Q(name_key=fold(word.strip())) | Q(slug=word.strip())).first()
    )


def servers_by_role(domain: Domain) -> dict[Role, ApplicationServer]:
    """The domain's servers; the secondary may be missing."""
    return {Role(server.role): server for server in domain.servers.all()}


def saves_since(domain: Domain, revision: int) -> list[Save]:
    """Who saved the domain after that revision, latest first."""
    records = domain.history.filter(revision__gt=revision).select_related("history_user")
    return [Save(by=_name(record.history_user), at=record.history_date) for record in records]


def _name(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else "a script"
