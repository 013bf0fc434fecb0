"""The pages of update links: who may open them, what they say, and what they keep."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import Component
from versioncontrol.testing import between_check_and_write

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(db: None) -> UpdateLink:
    return UpdateLinkFactory.create(component=Component.objects.get(name="Agent Application"), version="10.2.4")


def url(page: str, link: UpdateLink) -> str:
    keys = [link.pk] if page in ("edit", "delete") else []
    return reverse(f"updatelinks:{page}", args=[link.domain.slug, *keys])


def values(link: UpdateLink, **changes: Any) -> dict[str, Any]:
    new = {"component": link.component.pk, "version": "10.2.10", "private_url": "https://sw/10", "public_url": ""}
    return new | changes


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        pytest.param("administrator", "list", 200, id="administrators list"),
        pytest.param("administrator", "new", 200, id="administrators add"),
        pytest.param("administrator", "edit", 200, id="administrators edit"),
        pytest.param("administrator", "delete", 200, id="administrators delete"),
        pytest.param("operator", "list", 200, id="operators list"),
        pytest.param("operator", "new", 403, id="operators add nothing"),
        pytest.param("operator", "edit", 403, id="operators edit nothing"),
        pytest.param("operator", "delete", 403, id="operators delete nothing"),
        pytest.param("support", "list", 200, id="support lists"),
        pytest.param("support", "new", 403, id="support adds nothing"),
        pytest.param("support", "edit", 403, id="support edits nothing"),
        pytest.param("support", "delete", 403, id="support deletes nothing"),
        pytest.param("nobody", "list", 403, id="nobody lists"),
        pytest.param("nobody", "new", 403, id="nobody adds"),
        pytest.param("nobody", "edit", 403, id="nobody edits"),
        pytest.param("nobody", "delete", 403, id="nobody deletes"),
    ],
)
def test_a_page_opens_for_whom_its_permission_allows(
    who: str, page: str, status: int, link: UpdateLink, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    assert client.get(url(page, link)).status_code == status
    if status == 403:
        assert client.post(url(page, link), values(link)).status_code in (403, 405)
        assert [stored.version for stored in UpdateLink.objects.all()] == ["10.2.4"]


def test_the_list_shows_links_to_open_and_to_copy(administrator: Client, link: UpdateLink) -> None:
    UpdateLinkFactory.create(domain=link.domain, component=link.component, version="10.3", public_url="")
    text = said(administrator.get(url("list", link)))
    assert text.count("Agent Application</h2>") == 1
    assert f'href="{link.private_url}" rel="noopener noreferrer"' in text
    assert f'data-copy="{link.public_url}" aria-label="Copy the public URL of Agent Application 10.2.4"' in text
    assert '<span class="muted">none</span>' in text
    for page in ("new", "edit", "delete"):
        assert f'href="{url(page, link)}"' in text


def test_who_may_only_look_sees_no_buttons(support: Client, link: UpdateLink) -> None:
    text = said(support.get(url("list", link)))
    for page in ("new", "edit", "delete"):
        assert f'href="{url(page, link)}"' not in text


def test_an_empty_list_explains_itself_and_offers_one_action(administrator: Client, link: UpdateLink) -> None:
    UpdateLink.objects.all().delete()
    text = said(administrator.get(url("list", link)))
    assert "No update is offered</h2>" in text
    assert text.count(f'href="{url("new", link)}"') == 1


def test_it_adds_a_link(administrator: Client, link: UpdateLink) -> None:
    response = administrator.post(url("new", link), values(link, version=" 10.2.10 "), follow=True)
    assert response.redirect_chain == [(url("list", link), 302)]
    assert "Update link Agent Application 10.2.10 was added." in said(response)
    added = UpdateLink.objects.get(version="10.2.10")
    assert (added.domain, added.private_url, added.public_url) == (link.domain, "https://sw/10", "")


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        pytest.param({"version": ""}, "Give a version, for example", id="no version"),
        pytest.param({"version": "10.2.*"}, "A version has no wildcards: character 6", id="wildcard"),
        pytest.param({"version": "1" * 65}, "A version has at most 64 characters", id="long version"),
        pytest.param({"component": ""}, "Choose the component this link updates.", id="no component"),
        pytest.param({"private_url": ""}, "Give a private or a public URL, or both.", id="no URL"),
        pytest.param({"private_url": "sw.corp.example/1"}, "here: https://sw.corp.example/1.", id="no scheme"),
        pytest.param({"public_url": "ftp://dl.example.com"}, "not by “ftp”", id="ftp"),
        pytest.param({"public_url": "https://dl/a b"}, "character 13 is one", id="blank"),
        pytest.param({"public_url": "https://"}, "The host is missing", id="no host"),
        pytest.param({"public_url": "https://dl/" + "x" * 2000}, "A URL has at most 2000 characters", id="long URL"),
    ],
)
@pytest.mark.parametrize("page", ["new", "edit"])
def test_what_is_wrong_is_explained_and_kept(
    page: str, changes: dict[str, str], advice: str, administrator: Client, link: UpdateLink
) -> None:
    typed = values(link, **changes)
    response = administrator.post(url(page, link), typed)
    text = said(response)
    assert advice in text
    assert text.count("invalid-feedback") == 1
    for field in ("version", "private_url", "public_url"):
        assert f'value="{typed[field]}"' in text or not typed[field]
    assert [stored.version for stored in UpdateLink.objects.all()] == ["10.2.4"]


def test_capitals_do_not_make_another_version(administrator: Client, link: UpdateLink) -> None:
    UpdateLinkFactory.create(domain=link.domain, component=link.component, version="10.3-RC1")
    response = administrator.post(url("new", link), values(link, version="10.3-rc1"))
    assert "A link for Agent Application 10.3-RC1 exists already." in said(response)


def test_it_explains_a_twin_that_came_between_the_check_and_the_write(administrator: Client, link: UpdateLink) -> None:
    twin = UpdateLink(domain=link.domain, component=link.component, version="11", public_url="https://dl/11")
    with between_check_and_write(UpdateLink, lambda: UpdateLink.objects.bulk_create([twin])):
        response = administrator.post(url("new", link), values(link, version="11"))
    assert "A link for Agent Application 11 exists already." in said(response)
    assert UpdateLink.objects.get(version="11").public_url == "https://dl/11"


def test_it_changes_a_link(administrator: Client, link: UpdateLink) -> None:
    typed = values(link, version="10.2.4", seen=link.history.get().history_id)
    response = administrator.post(url("edit", link), typed, follow=True)
    assert "Update link Agent Application 10.2.4 was saved." in said(response)
    link.refresh_from_db()
    assert (link.private_url, link.public_url) == ("https://sw/10", "")


def test_it_warns_before_it_replaces_what_another_saved(administrator: Client, link: UpdateLink) -> None:
    typed = values(link, seen=link.history.get().history_id)
    administrator.post(url("edit", link), typed | {"version": "11"})
    response = administrator.post(url("edit", link), typed)
    assert "is now: Agent Application 11." in said(response)
    assert 'value="10.2.10"' in said(response)


def test_editing_a_link_that_was_deleted_repeats_what_was_typed(administrator: Client, link: UpdateLink) -> None:
    edit = url("edit", link)
    link.delete()
    response = administrator.post(edit, values(link), follow=True)
    assert (
        "The update link was deleted in the meantime. Nothing was saved. What you typed: "
        "Component Agent Application, Version 10.2.10, Private URL https://sw/10." in said(response)
    )
    assert not UpdateLink.objects.exists()


def test_it_asks_before_it_deletes_and_says_so_when_the_link_was_gone(administrator: Client, link: UpdateLink) -> None:
    there = url("delete", link)
    text = said(administrator.get(there))
    assert "Delete this update link?" in text
    assert link.private_url in text.replace("<wbr>", "")
    assert UpdateLink.objects.exists()
    response = administrator.post(there, follow=True)
    assert "Update link Agent Application 10.2.4 was deleted." in said(response)
    assert not UpdateLink.objects.exists()
    assert "somebody deleted it" in said(administrator.post(there, follow=True))
    assert "somebody deleted it" in said(administrator.get(there, follow=True))
