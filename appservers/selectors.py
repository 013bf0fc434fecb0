"""The reads: domains with their servers, and who changed what."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CASCADE, Count, Model, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from appservers.exceptions import Save
from appservers.fields import fold
from appservers.models import ApplicationServer, Domain, Emergency, Revision, Role


def domains(search: str = "") -> QuerySet[Domain]:
    """Domains with their servers; `search` is part of a name or of a server's host name."""
    return matching(search).prefetch_related("servers")


def matching(search: str) -> QuerySet[Domain]:
    """The domains whose name, or a server's host name, has that part; all of them without one."""
    text = search.replace("\0", "").strip()
    return having(fold(text), text.lower()) if text else Domain.objects.all()


def having(name: str, host: str) -> QuerySet[Domain]:
    """The domains whose folded name, where that part is not empty, or a server's host name has that part."""
    named = Q(_has("name_key", name)) if name else Q()
    hosts = ApplicationServer.objects.filter(_has("server_fqdn", host)).order_by()
    return Domain.objects.filter(named | Q(pk__in=hosts.values("domain")))


def _has(field: str, part: str) -> GreaterThan:
    """Whether the field has that part; LIKE, which looks for wildcards, takes longer to say."""
    return GreaterThan(StrIndex(field, Value(part)), 0)


def revision() -> int:
    """The number of the configuration as it is now; it differs after every write of a domain or a server."""
    return Revision.objects.values_list("number", flat=True).get(pk=Revision.ONLY)


def every_server() -> list[tuple[int, str, str, int, str, str]]:
    """All servers in one query: domain, role, naming service and its port, private and public web FQDN."""
    fields = ("domain_id", "role", "server_fqdn", "server_port", "private_web_fqdn", "public_web_fqdn")
    return list(ApplicationServer.objects.order_by().values_list(*fields))


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


def former_domain(slug: str) -> tuple[str, Save] | None:
    """The name of the domain whose pages hung under this slug before it was deleted, and who deleted it."""
    record = Domain.history.filter(slug=slug, history_type="-").select_related("history_user").first()
    return (record.name, _save(record)) if record else None


def open_emergency(domain: Domain) -> Emergency | None:
    """The declaration of the emergency that the domain is in."""
    return domain.emergencies.filter(ended_at=None).first()


def emergencies(domain: Domain) -> QuerySet[Emergency]:
    """The domain's emergencies, latest first."""
    return domain.emergencies.all()


def what_goes_with(domain: Domain) -> list[tuple[int, str]]:
    """What is deleted with the domain besides its servers: how many, and their name; whichever app it belongs to."""
    return what_goes_with_each([domain])[domain.pk]


def what_goes_with_each(domains: list[Domain]) -> dict[int, list[tuple[int, str]]]:
    """The same of many, by their keys."""
    goes: dict[int, list[tuple[int, str]]] = {domain.pk: [] for domain in domains}
    for relation in Domain._meta.related_objects:
        model = relation.related_model
        if relation.one_to_many and relation.on_delete is CASCADE and model is not ApplicationServer:
            owned = model._base_manager.filter(**{f"{relation.field.name}__in": list(goes)})
            counted = owned.order_by().values_list(relation.field.name).annotate(number=Count("pk"))
            for domain, number in counted:
                goes[domain].append((number, _noun(model, number)))
    return goes


def _noun(model: type[Model], number: int) -> str:
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)


def _save(record: object) -> Save:
    return Save(by=_name(record.history_user), at=record.history_date)  # type: ignore[attr-defined]


def _name(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else "a script"
