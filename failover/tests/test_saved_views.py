"""Saved views: a name for an address of the list, kept with the person."""

import pytest
from django.test import Client
from django.urls import reverse

from access.models import User
from appservers.testing import pair
from failover.savedviews import MOST
from failover.tests.test_list_page import page

pytestmark = pytest.mark.django_db

NIGHT = {"do": "save", "name": " Night  shift ", "here": "state=attention&sort=name&page=4&nonsense=1"}
AS_SAVED = "size=50&amp;columns=primary%2Csecondary%2Cinterval%2Cswitched"


def send(client: Client, **words: str) -> str:
    response = client.post(reverse("failover:views"), words, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def views(client: Client) -> str:
    return client.get(reverse("failover:views")).content.decode()


def test_a_view_is_saved_found_on_the_list_renamed_and_deleted(operator: Client, support: Client) -> None:
    assert "The view “Night shift” was saved." in send(operator, **NIGHT)
    assert f'?state=attention&amp;sort=name&amp;{AS_SAVED}">Night shift</a>' in page(operator)
    assert "Night shift" not in page(support)  # it is the operator's own
    assert "is called “Dawn” now" in send(operator, do="rename", old="Night shift", name="Dawn")
    assert ">Dawn</a>" in page(operator)
    assert "Delete the view “Dawn”?" in send(operator, do="delete", old="Dawn")
    assert ">Dawn</a>" in page(operator)
    for _ in range(2):  # pressed twice
        assert "The view was deleted." in send(operator, do="delete", old="Dawn", sure="on")
    assert "No saved view yet" in views(operator)


def test_saving_under_the_same_name_replaces_the_view(operator: Client) -> None:
    send(operator, **NIGHT)
    send(operator, **NIGHT | {"name": "NIGHT SHIFT", "here": "paused=yes"})
    assert User.objects.get(username="operator").preferences["views"] == [
        {"name": "NIGHT SHIFT", "query": f"paused=yes&{AS_SAVED}".replace("&amp;", "&")}
    ]


def test_a_view_keeps_its_columns_and_length_whatever_is_remembered_later(operator: Client) -> None:
    pair()
    send(operator, **NIGHT | {"here": ""})
    operator.post(reverse("failover:columns"), {"column": ["epoch"], "size": "100", "here": ""})
    (view,) = User.objects.get(username="operator").preferences["views"]
    assert 'data-label="Primary"' not in page(operator)
    assert 'data-label="Primary"' in operator.get(f"{reverse('failover:list')}?{view['query']}").content.decode()


@pytest.mark.parametrize(
    ("name", "why"),
    [("  ", "Give the view a name."), ("\0", "Give the view a name."), ("x" * 61, "Shorten the name")],
    ids=["blank", "nul", "long"],
)
def test_a_view_without_a_fit_name_is_refused_and_what_was_typed_is_kept(operator: Client, name: str, why: str) -> None:
    text = send(operator, **NIGHT | {"name": name})
    assert why in text
    assert 'value="state=attention&amp;sort=name"' in text
    assert "views" not in User.objects.get(username="operator").preferences


def test_a_view_is_not_renamed_over_another_nor_when_it_is_gone(operator: Client) -> None:
    send(operator, **NIGHT)
    send(operator, **NIGHT | {"name": "Dawn"})
    assert "There is a view “night shift” already" in send(operator, do="rename", old="Dawn", name="night shift")
    assert "does not exist any more" in send(operator, do="rename", old="Noon", name="Dusk")


def test_there_is_an_end_to_views_and_names_are_shown_as_text(operator: Client) -> None:
    for number in range(MOST):
        send(operator, **NIGHT | {"name": f"<b>{number}"})
    assert "&lt;b&gt;7</a>" in page(operator)
    assert "Delete one first" in send(operator, **NIGHT)


def test_preferences_leave_no_trace_in_the_history_of_people(operator: Client) -> None:
    before = User.history.count()
    send(operator, **NIGHT)
    assert User.history.count() == before
