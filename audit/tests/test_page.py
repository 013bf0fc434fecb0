"""The pages of the audit trail."""

import csv
import io
import re

import pytest
from django.test import Client

from appservers.testing import DomainFactory, pair
from failover.testing import SwitchEventFactory

pytestmark = pytest.mark.django_db

PAGE = "/maintenance/audit/"


def page(client: Client, **query: str) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return response.content.decode()


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_change_is_shown_as_what_was_and_what_is(support: Client) -> None:
    domain = pair(name="<Wien>", slug="wien")
    domain.outsource = True
    domain.save()
    text = page(support)
    assert "<Wien>" not in text
    assert "Outsource was off is on" in words(text)
    assert "2 entries found" in words(page(support, what="domain"))


def test_filters_stand_in_the_address_and_in_the_form(support: Client) -> None:
    SwitchEventFactory.create(domain=pair(name="Wien"), actor_name="anna")
    text = page(support, who="anna", what="switch", domain="wie")
    assert "1 entry found" in words(text)
    for kept in ('value="anna"', '<option value="switch" selected', 'value="wie"'):
        assert kept in text
    assert "Nothing like that is recorded" in page(support, who="nobody-here")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param({"since": "x"}, "Give a day", id="no day"),
        pytest.param({"since": "2026-03-02", "until": "2026-03-01"}, "lies before the first one", id="backwards"),
        pytest.param({"what": "nonsense"}, "Select a valid choice", id="no kind"),
        pytest.param({"page": "no-number"}, "", id="no page"),
        pytest.param({"action": "'; DROP"}, "", id="no request"),
        pytest.param({"who": "a\0b"}, "Null characters are not allowed", id="NUL"),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_and_breaks_nothing(
    support: Client, query: dict[str, str], said: str
) -> None:
    pair(name="Wien")
    text = page(support, **query)
    assert said in text
    assert "Wien" in text
    assert support.get(f"{PAGE}csv/", query).status_code == 200


def test_a_day_is_meant_as_a_whole(support: Client) -> None:
    domain = pair()
    day = domain.history.get().history_date.date().isoformat()
    assert "2 entries found" in words(page(support, what="applicationserver", since=day, until=day))


def test_a_long_trail_comes_in_pages_that_keep_the_filters(support: Client) -> None:
    for number in range(51):
        DomainFactory.create(name=f"Site {number:03}", slug=f"long-{number}", primary=None)
    first = page(support, what="domain")
    assert "Site 050" in first
    assert "Site 000" not in first
    assert "?what=domain&amp;page=2" in first
    assert "Site 000" in page(support, what="domain", page="2")


def test_the_file_holds_what_is_found_and_no_formula(support: Client) -> None:
    SwitchEventFactory.create(domain=pair(name="Wien"), actor_name="anna", reason="=1+1")
    SwitchEventFactory.create(domain=pair(name="Other"), actor_name="béla")
    response = support.get(f"{PAGE}csv/", {"what": "switch", "who": "anna"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="audit-trail-[\d-]+\.csv"', response["Content-Disposition"])
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (row["who"], row["did"], row["domain"]) == ("anna", "Switched", "Wien")
    assert row["changes"] == "Active: Primary → Secondary"


def test_an_empty_trail_says_what_will_be_there(nobody: Client, support: Client) -> None:
    assert nobody.get(PAGE).status_code == 403
    assert "No entry fits" in page(support, domain="x")


def test_the_menus_lead_there(support: Client, operator: Client) -> None:
    pair(name="Wien & Umgebung", slug="wien")
    listed = support.get("/infrastructure/application-servers/").content.decode()
    assert f'href="{PAGE}"' in listed
    assert f'href="{PAGE}?domain=Wien%20%26%20Umgebung"' in listed
    assert PAGE not in operator.get("/infrastructure/application-servers/").content.decode()


def test_the_trail_is_only_read(administrator: Client) -> None:
    assert administrator.post(PAGE).status_code == 405
