"""The database refuses what the form refuses."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"version": ""}, id="no version"),
        pytest.param({"version": "10.2.*"}, id="star"),
        pytest.param({"version": "10.?"}, id="question mark"),
        pytest.param({"version": "10.é"}, id="accent"),
        pytest.param({"version": "10\n2"}, id="line break"),
        pytest.param({"version_key": ""}, id="no key"),
        pytest.param({"version_key": "10.RC"}, id="key with capitals"),
        pytest.param({"private_url": "", "public_url": ""}, id="no URL"),
        pytest.param({"private_url": "ftp://sw/"}, id="ftp"),
        pytest.param({"private_url": "sw.corp.example"}, id="no scheme"),
        pytest.param({"private_url": "https://"}, id="no host"),
        pytest.param({"private_url": "https:///path"}, id="path only"),
        pytest.param({"private_url": "https://sw/a b"}, id="blank"),
        pytest.param({"private_url": "https://me@sw/"}, id="user name"),
        pytest.param({"private_url": "https://sw/a\\b"}, id="backslash"),
        pytest.param({"public_url": "javascript://alert(1)"}, id="script"),
        pytest.param({"public_url": "https://sw/\né"}, id="line break in a URL"),
    ],
)
def test_it_refuses_a_link(values: dict[str, Any]) -> None:
    link = UpdateLinkFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        UpdateLink.objects.filter(pk=link.pk).update(**values)


@pytest.mark.parametrize("version", ["10.2.10", ")", "+", ">", "@", "!", "~", "\\", "a b", "x" * 64, "10.2 (build 7)"])
def test_it_takes_every_printable_version(version: str) -> None:
    assert UpdateLinkFactory.create(version=version).version == version


@pytest.mark.parametrize("missing", ["private_url", "public_url"])
def test_one_url_is_enough(missing: str) -> None:
    assert getattr(UpdateLinkFactory.create(**{missing: ""}), missing) == ""


def test_it_trims_in_whatever_way_a_link_is_saved() -> None:
    link = UpdateLinkFactory.create(version=" 10.2 ", private_url=" https://sw/ ")
    link.refresh_from_db()
    assert (link.version, link.version_key, link.private_url) == ("10.2", "10.2", "https://sw/")


def test_it_refuses_a_second_link_of_a_version_in_other_letters() -> None:
    link = UpdateLinkFactory.create(version="10.2-RC1")
    with pytest.raises(IntegrityError), transaction.atomic():
        UpdateLinkFactory.create(domain=link.domain, component=link.component, version="10.2-rc1")


def test_it_takes_the_same_version_for_another_component_and_in_another_domain() -> None:
    link = UpdateLinkFactory.create(version="10.2")
    UpdateLinkFactory.create(domain=link.domain, version="10.2")
    UpdateLinkFactory.create(component=link.component, version="10.2")
    assert UpdateLink.objects.count() == 3


def test_it_keeps_a_component_that_links_stand_on() -> None:
    link = UpdateLinkFactory.create()
    with pytest.raises(ProtectedError):
        link.component.delete()


def test_full_clean_takes_a_good_row_and_names_the_twin_of_a_bad_one() -> None:
    link = UpdateLinkFactory.create(version="10.2")
    same = {"domain": link.domain, "component": link.component, "private_url": "https://sw/"}
    UpdateLink(**same, version="10.3").full_clean()
    with pytest.raises(ValidationError) as refusal:
        UpdateLink(**same, version=" 10.2").full_clean()
    assert list(refusal.value.message_dict) == ["version"]
    with pytest.raises(ValidationError) as refusal:
        UpdateLink(**same | {"private_url": ""}, version="10.4").full_clean()
    assert list(refusal.value.message_dict) == ["private_url"]
