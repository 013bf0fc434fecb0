"""Saving and deleting links while others do the same."""

import pytest
from django.core.exceptions import ValidationError

from appservers.services import delete_domain
from common.distinct import Changed, Duplicate, Gone, revision
from updatelinks import selectors, services
from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.testing import ComponentFactory

pytestmark = pytest.mark.django_db


def stored(link: UpdateLink) -> UpdateLink:
    return UpdateLink.objects.get(pk=link.pk)


def test_it_saves_a_link_as_typed_and_keeps_its_history() -> None:
    link = UpdateLinkFactory.create(version="10.2")
    link.version, link.public_url = " 10.2-RC1 ", ""
    services.save_link(link=link)
    assert (stored(link).version, stored(link).version_key, stored(link).public_url) == ("10.2-RC1", "10.2-rc1", "")
    assert [record.history_type for record in link.history.all()] == ["~", "+"]


@pytest.mark.parametrize(
    ("field", "text", "advice"),
    [
        pytest.param("version", "10.*", "no wildcards", id="wildcard"),
        pytest.param("private_url", "ftp://sw/", "http and https", id="ftp"),
        pytest.param("public_url", "https://", "host is missing", id="no host"),
    ],
)
def test_it_refuses_what_is_invalid(field: str, text: str, advice: str) -> None:
    link = UpdateLinkFactory.create()
    setattr(link, field, text)
    with pytest.raises(ValidationError, match=advice):
        services.save_link(link=link)
    assert getattr(stored(link), field) != text


def test_it_refuses_a_link_without_a_url() -> None:
    link = UpdateLinkFactory.create()
    link.private_url = link.public_url = ""
    with pytest.raises(ValidationError, match="Give a private or a public URL"):
        services.save_link(link=link)


def test_it_names_the_link_of_the_same_version() -> None:
    link = UpdateLinkFactory.create(version="10.2-RC1")
    twin = UpdateLink(domain=link.domain, component=link.component, version="10.2-rc1", public_url="https://dl/")
    with pytest.raises(Duplicate, match=r"10\.2-RC1 exists already") as refusal:
        services.save_link(link=twin)
    assert refusal.value.field == "version"


def test_it_does_not_lose_the_change_of_another_without_a_word() -> None:
    link = UpdateLinkFactory.create()
    seen = revision(link)
    services.save_link(link=stored(link), seen=seen)
    with pytest.raises(Changed):
        services.save_link(link=stored(link), seen=seen)


def test_it_deletes_a_link_once_and_then_says_that_it_is_gone() -> None:
    link = UpdateLinkFactory.create()
    assert services.delete_link(link=stored(link)) is True
    assert services.delete_link(link=link) is False
    with pytest.raises(Gone, match="update link was deleted in the meantime"):
        services.save_link(link=link)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_says_that_the_domain_was_deleted() -> None:
    link = UpdateLinkFactory.create()
    unsaved = UpdateLink(domain=link.domain, component=link.component, version="1", public_url="https://dl/")
    delete_domain(domain=type(link.domain).objects.get(pk=link.domain.pk), typed_name=link.domain.name)
    with pytest.raises(Gone, match="domain was deleted in the meantime"):
        services.save_link(link=unsaved)


def test_links_come_by_component_then_as_people_count() -> None:
    domain = UpdateLinkFactory.create(component=ComponentFactory.create(name="zeta"), version="1").domain
    alpha = ComponentFactory.create(name="Alpha")
    for version in ("10.2.10", "10.2.4"):
        UpdateLinkFactory.create(domain=domain, component=alpha, version=version)
    UpdateLinkFactory.create(component=alpha, version="of another domain", private_url="")
    assert [str(link) for link in selectors.links(domain)] == ["Alpha 10.2.4", "Alpha 10.2.10", "zeta 1"]
