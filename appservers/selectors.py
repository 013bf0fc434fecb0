"""The reads: domains with their servers, and who changed what."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CASCADE, Model, Q, QuerySet

from appservers.exceptions import Save
from appservers.fields import fold
from appservers.models import ApplicationServer, Domain, Role


def domains(search: str = "") -> QuerySet[Domain]:
    """Domains with their servers; `search` is part of a name or of a server's host name."""
    found = Domain.objects.prefetch_related("servers")
    if text := search.replace("\0", "").strip():
        named = Q(name_key__contains=fold(text)) if fold(text) else Q()
        found = found.filter(named | Q(servers__server_fqdn__contains=text.lower())).distinct()
    return found


def find_domain(word: str) -> Domain | None:
    """The domain with this name (any case) or slug; a name wins over another domain's slug."""
    text = word.replace("\0", "").strip()
    found = {
        domain.name_key == fold(text): domain
        for domain in Domain.objects.prefetch_related("servers").filter(Q(name_key=fold(text)) | Q(slug=text))
    }
    return found.get(True) or found.get(False)


def domain_at(slug: str) -> Domain | None:
    """The domain whose pages hang under this slug."""
    return Domain.objects.prefetch_related("servers").filter(slug=slug).first()


def servers_by_role(domain: Domain) -> dict[Role, ApplicationServer]:
    """The domain's servers; the secondary may be missing."""
    return {Role(server.role): server for server in domain.servers.all()}


def saves_since(domain: Domain, revision: int) -> list[Save]:
    """Who saved the domain after that revision, latest first."""
    records = domain.history.filter(revision__gt=revision).select_related("history_user")
    return [_save(record) for record in records]


def latest_save(domain: Domain) -> Save | None:
    """Who saved the domain last."""
    return next(iter(saves_since(domain, domain.revision - 1)), None)


def deletion(domain_id: int | None) -> Save | None:
    """Who deleted the domain that had this key."""
    record = Domain.history.filter(id=domain_id, history_type="-").select_related("history_user").first()
    return _save(record) if record else None


def what_goes_with(domain: Domain) -> list[tuple[int, str]]:
    """What is deleted with the domain besides its servers: how many, and their name; whichever app it belongs to."""
    counted = []
    for relation in Domain._meta.related_objects:
        model = relation.related_model
        if relation.one_to_many and relation.on_delete is CASCADE and model is not ApplicationServer:
            number = model._base_manager.filter(**{relation.field.name: domain}).count()
            counted.append((number, _noun(model, number)))
    return [(number, noun) for number, noun in counted if number]


def _noun(model: type[Model], number: int) -> str:
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)


def _save(record: object) -> Save:
    return Save(by=_name(record.history_user), at=record.history_date)  # type: ignore[attr-defined]


def _name(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else "a script"
