"""A session that ended under a page that refreshes itself."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_live_part_without_a_session_reloads_its_page_which_asks_to_sign_in() -> None:
    response = Client().get(reverse("failover:rows"), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_a_page_without_a_session_is_redirected_to_the_sign_in() -> None:
    response = Client().get(reverse("failover:rows"))
    assert response.status_code == 302
    assert "HX-Refresh" not in response


def test_a_live_part_with_a_session_is_answered(administrator: Client) -> None:
    response = administrator.get(reverse("failover:rows"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Refresh" not in response
