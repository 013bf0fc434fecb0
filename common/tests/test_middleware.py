"""What happens around every request."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from common.requests import request_id

pytestmark = pytest.mark.django_db


def test_a_live_part_without_a_session_reloads_its_page_which_asks_to_sign_in() -> None:
    response = Client().get(reverse("failover:rows"), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_a_button_in_a_form_without_a_session_is_told_and_the_form_is_not_reloaded() -> None:
    response = Client().post(reverse("failover:test_now"), headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert "HX-Refresh" not in response


def test_a_page_without_a_session_is_redirected_to_the_sign_in() -> None:
    response = Client().get(reverse("failover:rows"))
    assert response.status_code == 302
    assert "HX-Refresh" not in response


def test_a_live_part_with_a_session_is_answered(administrator: Client) -> None:
    response = administrator.get(reverse("failover:rows"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Refresh" not in response


def test_every_answer_carries_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/accounts/login/", headers={"x-request-id": "mine"})["X-Request-ID"] for _ in "12")
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second
    assert request_id() == ""
