"""The one way to write a domain, whatever order of statements it takes."""

from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from access.testing import UserFactory
from appservers.exceptions import Conflict, Gone, Invalid, NameMismatch
from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import deletion, domains, find_domain, servers_by_role
from appservers.services import delete_domain, make_active, save_domain
from appservers.testing import DomainFactory, pair

pytestmark = pytest.mark.django_db


def server(fqdn: str = "ce-a", port: int = 9999, public: str = "") -> ApplicationServer:
    return ApplicationServer(server_fqdn=fqdn, server_port=port, public_web_fqdn=public)


def wanted(domain: Domain) -> tuple[Domain, ApplicationServer, ApplicationServer]:
    """A stored pair as instances to change, none of which is the one that is stored."""
    servers = servers_by_role(domain)
    return copy(domain), copy(servers[Role.PRIMARY]), copy(servers[Role.SECONDARY])


def stored(domain: Domain) -> tuple[Domain, dict[Role, ApplicationServer]]:
    fresh = Domain.objects.get(pk=domain.pk)
    return fresh, servers_by_role(fresh)


def test_it_creates_a_domain_whose_primary_is_active_whatever_the_instance_says() -> None:
    made = save_domain(
        domain=Domain(name="  Győr  ", active_role="secondary", epoch=7, revision=9),
        primary=server("CE-A.", public="x"),
        secondary=server("ce-b"),
    )
    domain, servers = stored(made)
    assert (domain.name, domain.slug, domain.active_role, domain.epoch, domain.revision) == (
        "Győr",
        "gyor",
        "primary",
        0,
        1,
    )
    assert servers[Role.PRIMARY].endpoint == "ce-a:9999"
    assert servers[Role.SECONDARY].endpoint == "ce-b:9999"


def test_it_notes_when_automatic_failover_is_turned_and_no_other_edit() -> None:
    moments = [pair().automatic_turned_at]
    for field, value in (("unique_anonymous", True), ("automatic_failover", False), ("automatic_failover", True)):
        changed, primary, secondary = wanted(Domain.objects.get())
        setattr(changed, field, value)
        changed.automatic_turned_at = None  # whatever the instance says
        moments.append(save_domain(domain=changed, primary=primary, secondary=secondary).automatic_turned_at)
    assert moments[:2] == [None, None]
    assert None not in moments[2:]
    assert len(set(moments[2:])) == 2


def test_names_that_make_the_same_address_get_different_ones() -> None:
    slugs = [
        save_domain(domain=Domain(name=name), primary=server(), secondary=None).slug
        for name in ("Budapest East", "Budapest-East", "Budapest, East!", "new", "東京", "京都")
    ]
    assert slugs == ["budapest-east", "budapest-east-2", "budapest-east-3", "new-2", "domain", "domain-2"]


def test_it_changes_what_differs_and_leaves_who_is_active_alone() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    Domain.objects.update(active_role=Role.SECONDARY, epoch=3)
    changed.unique_anonymous, changed.active_role, changed.epoch = True, "primary", 0
    save_domain(domain=changed, primary=primary, secondary=secondary, seen_revision=1)
    fresh, servers = stored(domain)
    assert (fresh.unique_anonymous, fresh.active_role, fresh.epoch, fresh.revision) == (True, "secondary", 3, 2)
    assert servers[Role.PRIMARY].history.count() == 1


def test_a_save_that_changes_nothing_writes_nothing() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    save_domain(domain=changed, primary=primary, secondary=secondary, seen_revision=1)
    fresh, _ = stored(domain)
    assert (fresh.revision, fresh.history.count()) == (1, 1)


def test_the_servers_keep_their_rows_when_they_are_described_anew() -> None:
    domain = pair()
    before = {role: kept.pk for role, kept in stored(domain)[1].items()}
    save_domain(domain=copy(domain), primary=server("ce-x"), secondary=server("ce-y"))
    assert {role: kept.pk for role, kept in stored(domain)[1].items()} == before


def test_primary_and_secondary_swap_their_endpoints() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    primary.server_fqdn, secondary.server_fqdn = secondary.server_fqdn, primary.server_fqdn
    save_domain(domain=changed, primary=primary, secondary=secondary)
    _, servers = stored(domain)
    assert servers[Role.PRIMARY].server_fqdn == f"{domain.slug}-secondary.corp.example"
    assert servers[Role.SECONDARY].server_fqdn == f"{domain.slug}-primary.corp.example"


def test_the_primary_takes_the_endpoint_of_a_secondary_that_goes() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    primary.server_fqdn = secondary.server_fqdn
    save_domain(domain=changed, primary=primary, secondary=None)
    assert stored(domain)[1][Role.PRIMARY].server_fqdn == secondary.server_fqdn


def test_outsource_and_public_names_appear_and_vanish_in_one_save() -> None:
    domain = save_domain(domain=Domain(name="Győr"), primary=server("ce-a"), secondary=server("ce-b"))
    domain.outsource = True
    save_domain(domain=domain, primary=server("ce-a", public="a.example"), secondary=server("ce-b", public="b.example"))
    assert stored(domain)[0].outsource
    domain.outsource = False
    save_domain(domain=domain, primary=server("ce-a"), secondary=server("ce-b"))
    fresh, servers = stored(domain)
    assert (fresh.outsource, servers[Role.PRIMARY].public_web_fqdn, fresh.revision) == (False, "", 3)


def test_the_configuration_number_grows_with_the_endpoint_alone() -> None:
    domain = pair()
    for change, number in (
        ({"private_web_fqdn": "other"}, 1),
        ({"server_port": 9998}, 2),
        ({"server_fqdn": "ce-z"}, 3),
        ({}, 3),
    ):
        changed, primary, secondary = wanted(stored(domain)[0])
        for field, value in change.items():
            setattr(primary, field, value)
        save_domain(domain=changed, primary=primary, secondary=secondary)
        servers = stored(domain)[1]
        assert servers[Role.PRIMARY].configuration == number
        assert servers[Role.SECONDARY].configuration == 1


def test_it_removes_the_standby_and_adds_it_again() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    save_domain(domain=changed, primary=primary, secondary=None)
    assert set(stored(domain)[1]) == {Role.PRIMARY}
    save_domain(domain=changed, primary=primary, secondary=secondary)
    assert set(stored(domain)[1]) == set(Role)


def test_it_refuses_to_remove_the_active_secondary() -> None:
    domain = pair()
    Domain.objects.update(active_role=Role.SECONDARY)
    changed, primary, _ = wanted(domain)
    with pytest.raises(Invalid, match="is active and cannot be removed"):
        save_domain(domain=changed, primary=primary, secondary=None)
    assert set(stored(domain)[1]) == set(Role)


@pytest.mark.parametrize(
    ("domain", "primary", "secondary", "where"),
    [
        pytest.param({"name": ""}, {}, None, ("general", "name"), id="no name"),
        pytest.param({"name": "a\0b"}, {}, None, ("general", "name"), id="NUL"),
        pytest.param(
            {"auto_failover_interval": timedelta(-1)}, {}, None, ("general", "auto_failover_interval"), id="negative"
        ),
        pytest.param({}, {"fqdn": "_ce"}, None, ("primary", "server_fqdn"), id="bad host name"),
        pytest.param({}, {"fqdn": ""}, None, ("primary", "server_fqdn"), id="no host name"),
        pytest.param({}, {}, {"fqdn": "ce-b", "port": 0}, ("secondary", "server_port"), id="port 0"),
        pytest.param({}, {}, {"fqdn": "CE-A"}, ("secondary", "server_fqdn"), id="same endpoint"),
        pytest.param({"outsource": True}, {}, None, ("primary", "public_web_fqdn"), id="no public name"),
    ],
)
def test_it_refuses_what_the_form_refuses(
    domain: dict[str, Any], primary: dict[str, Any], secondary: dict[str, Any] | None, where: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        save_domain(
            domain=Domain(**{"name": "Győr"} | domain),
            primary=server(**primary),
            secondary=server(**secondary) if secondary else None,
        )
    assert [(problem.section, problem.field) for problem in refused.value.problems] == [where]
    assert not Domain.objects.exists()


def test_whoever_comes_second_is_told_who_was_first() -> None:
    domain = pair()
    first, primary, secondary = wanted(domain)
    first.outsource = True
    first._history_user = UserFactory.create(username="anna")  # type: ignore[attr-defined]
    save_domain(domain=first, primary=primary, secondary=secondary, seen_revision=1)
    second, primary, secondary = wanted(domain)
    second.unique_anonymous = True
    with pytest.raises(Conflict) as refused:
        save_domain(domain=second, primary=primary, secondary=secondary, seen_revision=1)
    assert (refused.value.revision, refused.value.by, len(refused.value.saves)) == (2, "anna", 1)
    assert not stored(domain)[0].unique_anonymous


def test_a_domain_that_was_deleted_is_gone() -> None:
    domain = pair()
    changed, primary, secondary = wanted(domain)
    delete_domain(domain=domain, typed_name=domain.name)
    with pytest.raises(Gone):
        save_domain(domain=changed, primary=primary, secondary=secondary)
    with pytest.raises(Gone):
        delete_domain(domain=changed, typed_name=changed.name)
    removed = deletion(changed.pk)
    assert removed is not None
    assert removed.by == "a script"


class Early(Domain):
    """A domain that was checked, and got its address, before somebody else's was committed."""

    class Meta:
        proxy = True
        app_label = "appservers"

    def clean(self) -> None:
        """The name was free then."""

    def save(self, *args: Any, **options: Any) -> None:
        self.slug = "gyor"
        super().save(*args, **options)


@pytest.mark.parametrize(
    ("taken", "sentence"),
    [
        pytest.param({"name": "GYŐR", "slug": "other"}, "A domain “Győr” exists already.", id="name"),
        pytest.param({"name": "Gyor", "slug": "gyor"}, "Submit again.", id="address"),
    ],
)
def test_what_is_taken_between_check_and_write_is_refused_as_any_other(taken: dict[str, str], sentence: str) -> None:
    DomainFactory.create(**taken)
    domain = Early(name="Győr")
    with pytest.raises(Invalid, match=sentence):
        save_domain(domain=domain, primary=server(), secondary=None)
    assert domain._state.adding
    assert Domain.objects.count() == 1


def test_a_fault_that_no_person_can_mend_is_not_hidden() -> None:
    domain = Early(name="Győr", pk=None)
    with pytest.raises(IntegrityError):
        save_domain(domain=domain, primary=Broken(server_fqdn="ce-a"), secondary=None)
    assert domain._state.adding
    assert not Domain.objects.exists()


class Broken(ApplicationServer):
    """A server that comes to the database in a state that no check lets through."""

    class Meta:
        proxy = True
        app_label = "appservers"

    def save(self, *args: Any, **options: Any) -> None:
        self.server_port = 0
        super().save(*args, **options)


def test_deleting_takes_the_exact_name_and_takes_everything_with_it() -> None:
    domain = pair(name="Győr")
    for typed in ("", "gyor", "győr", "Gyõr"):
        with pytest.raises(NameMismatch):
            delete_domain(domain=domain, typed_name=typed)
    assert Domain.objects.exists()
    delete_domain(domain=domain, typed_name=" Gyo\u030br ")
    assert not ApplicationServer.objects.exists()


def test_one_of_two_switches_at_the_same_epoch_wins() -> None:
    domain = pair()
    switch = {"domain_id": domain.pk, "epoch": 0, "from_role": Role.PRIMARY, "to_role": Role.SECONDARY}
    assert make_active(**switch)  # type: ignore[arg-type]
    assert not make_active(**switch)  # type: ignore[arg-type]
    fresh, _ = stored(domain)
    assert (fresh.active_role, fresh.epoch) == ("secondary", 1)


def test_a_server_that_is_not_there_does_not_become_active() -> None:
    domain = DomainFactory.create()
    with pytest.raises(IntegrityError, match="a server that does not exist cannot be active"):
        make_active(domain_id=domain.pk, epoch=0, from_role=Role.PRIMARY, to_role=Role.SECONDARY)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("", ["Győr", "Wien"], id="nothing"),
        pytest.param("GYŐ", ["Győr"], id="part of the name, any case"),
        pytest.param("WIEN-PRIMARY.corp", ["Wien"], id="host name"),
        pytest.param("%", [], id="no wildcards"),
        pytest.param("\0", ["Győr", "Wien"], id="NUL"),
        pytest.param("\u200b", [], id="invisible"),
    ],
)
def test_domains_are_searched(search: str, found: list[str]) -> None:
    DomainFactory.create(name="Győr", slug="gyor")
    DomainFactory.create(name="Wien", slug="wien")
    assert [domain.name for domain in domains(search)] == found


def test_a_domain_is_found_by_its_name_before_another_ones_address() -> None:
    pair(name="East", slug="west")
    pair(name="West", slug="east")
    for word, name in ((" WEST ", "West"), ("east", "East"), ("\0", None), ("north", None)):
        domain = find_domain(word)
        assert (domain and domain.name) == name
