"""Deleting asks for the domain's name and says what goes with it."""

import pytest
from django.test import Client

from appservers.models import Domain
from appservers.services import delete_domain
from appservers.testing import pair
from appservers.tests.meanwhile import meanwhile
from appservers.tests.posting import url

pytestmark = pytest.mark.django_db


def test_the_page_names_the_servers_that_go(administrator: Client) -> None:
    domain = pair(name="Győr")
    html = administrator.get(url(domain, "delete")).content.decode()
    assert "Delete “Győr” for good?" in html
    assert f"{domain.slug}-secondary.corp.example:9999" in html.replace("<wbr>", "")


def test_the_right_name_deletes(administrator: Client) -> None:
    domain = pair(name="Győr")
    answer = administrator.post(url(domain, "delete"), {"name": " Győr "})
    assert answer["Location"] == "/infrastructure/application-servers/"
    assert not Domain.objects.exists()
    assert Domain.history.first().history_user.username == "administrator"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        pytest.param("שער \u200fWien", "שער Wien", id="a mark that nobody sees"),
        pytest.param("Győr", "Gyo\u030br", id="accents in two pieces"),
    ],
)
def test_a_name_is_confirmed_as_it_is_seen(administrator: Client, name: str, typed: str) -> None:
    domain = pair(name=name)
    assert administrator.post(url(domain, "delete"), {"name": typed}).status_code == 302
    assert not Domain.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("gyor", "Type it exactly as it is written here: Győr", id="another name"),
        pytest.param("", "Type the domain&#x27;s name to confirm", id="nothing"),
        pytest.param("Győr\0", "Remove the invisible NUL", id="NUL"),
    ],
)
def test_a_wrong_name_deletes_nothing(administrator: Client, typed: str, sentence: str) -> None:
    domain = pair(name="Győr")
    answer = administrator.post(url(domain, "delete"), {"name": typed})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Domain.objects.exists()


def test_a_domain_that_somebody_else_deleted_is_no_error(administrator: Client) -> None:
    domain = pair(name="Győr")
    delete_domain(domain=domain, typed_name="Győr")
    answer = administrator.post(url(domain, "delete"), {"name": "Győr"})
    assert answer["Location"] == "/infrastructure/application-servers/"
    assert administrator.get(url(domain, "delete")).status_code == 404


def test_two_people_delete_at_the_same_instant(administrator: Client) -> None:
    domain = pair(name="Győr")
    with meanwhile(lambda: delete_domain(domain=domain, typed_name="Győr")):
        answer = administrator.post(url(domain, "delete"), {"name": "Győr"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["The domain was deleted already."]
