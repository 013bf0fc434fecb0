"""One order for many domains: a preview of what will happen to each, then each by itself, as it was seen."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appservers.models import Domain, Emergency
from appservers.services import make_active
from appservers.testing import DomainFactory, pair
from dialrules.testing import DialRuleFactory
from failover.models import Pause
from failover.testing import PauseFactory

pytestmark = pytest.mark.django_db

PAUSE = {"length": "2h", "reason": "Patching"}


@pytest.fixture
def domains() -> list[Domain]:
    """Two pairs, and one domain with a single server."""
    return [pair(name="Buda"), pair(name="Pest"), DomainFactory.create(name="Alone")]


def preview(client: Client, do: str, domains: list[Domain], **words: Any) -> str:
    query: Any = {"do": do, "domain": [domain.pk for domain in domains], "here": "state=held"} | words
    response = client.get(reverse("failover:bulk"), query)
    assert response.status_code == 200
    return response.content.decode()


def press(client: Client, text: str, do: str, **words: str) -> str:
    """Send the form of that preview; what the next page says."""
    seen = re.findall(r'name="seen" value="([^"]+)"', text)
    response = client.post(
        reverse("failover:bulk"), {"do": do, "seen": seen, "here": "paused=yes"} | words, follow=True
    )
    assert response.status_code == 200
    return response.content.decode()


def test_the_preview_says_what_will_happen_to_each_and_what_cannot_be_done(
    operator: Client, domains: list[Domain]
) -> None:
    PauseFactory.create(domain=domains[1], until=None, reason="Moving house")
    text = preview(operator, "pause", domains)
    assert "If Primary fails meanwhile" in text
    assert "Moving house. The new pause replaces it." in text
    able, unable = text.split("Left alone</h2>")
    assert "Alone" in unable
    assert "nothing switches by itself anyway" in unable
    assert "Pause 2 domains" in able
    assert "It is not paused." in preview(operator, "resume", domains)
    assert Pause.objects.filter(ended_at=None).count() == 1  # looking changes nothing


def test_selected_domains_are_paused_and_resumed_and_the_list_comes_back_as_it_was(
    operator: Client, domains: list[Domain]
) -> None:
    text = preview(operator, "pause", domains)
    done = press(operator, text, "pause", **PAUSE)
    assert "Paused: 2 domains (Buda, Pest)." in done
    assert 'value="yes" selected' in done  # the filter in `here`
    paused = Pause.objects.filter(ended_at=None)
    assert {(pause.domain_name, pause.reason, pause.actor_name) for pause in paused} == {
        ("Buda", "Patching", "operator"),
        ("Pest", "Patching", "operator"),
    }
    assert "Left alone: 2 domains" in press(operator, text, "pause", **PAUSE)  # sent twice
    assert Pause.objects.count() == 2
    assert "Resumed: 2 domains" in press(operator, preview(operator, "resume", domains), "resume")
    assert not paused.all().exists()


def test_a_domain_that_changed_since_the_preview_is_left_alone(administrator: Client, domains: list[Domain]) -> None:
    text = preview(administrator, "delete", domains)
    assert make_active(domain_id=domains[0].pk, epoch=0, from_role="primary", to_role="secondary")  # type: ignore[arg-type]
    Domain.objects.filter(pk=domains[2].pk).update(revision=9)
    done = press(administrator, text, "delete", typed="3")
    assert "Deleted: 1 domain (Pest)." in done
    assert "Left alone: 2 domains" in done
    assert set(Domain.objects.values_list("name", flat=True)) == {"Buda", "Alone"}


def test_an_emergency_is_declared_and_ended_for_many(administrator: Client, domains: list[Domain]) -> None:
    DialRuleFactory.create(domain=domains[0], pattern="*")
    DialRuleFactory.create(domain=domains[1], pattern="+361*")
    Domain.objects.filter(pk=domains[1].pk).update(unmatched_calls="reject")
    text = preview(administrator, "emergency", domains)
    for warning in (
        "1 dial rule diverts all inbound calls.",
        "1 dial rule diverts inbound calls; those without a rule are rejected.",
        "No dial rule is enabled: inbound calls all proceed as usual.",
    ):
        assert text.count(f"Outbound calls are rejected. {warning}") == 1
    mistaken = press(administrator, text, "emergency", reason="fire", typed="2")
    assert "Type: 3" in mistaken
    assert 'value="fire"' in mistaken
    assert not Emergency.objects.exists()
    assert "Emergency declared: 3 domains" in press(administrator, text, "emergency", reason="fire", typed="3")
    assert Domain.objects.filter(emergency=True).count() == 3
    assert "declared already" in preview(administrator, "emergency", domains)
    calm = preview(administrator, "calm", domains)
    assert "Emergency ended: 3 domains" in press(administrator, calm, "calm", reason="false alarm")
    assert Emergency.objects.filter(end_reason="false alarm", ended_by_name="administrator").count() == 3


def test_deleting_says_what_goes_with_each_domain_in_few_queries(
    administrator: Client, domains: list[Domain], django_assert_max_num_queries: Any
) -> None:
    DialRuleFactory.create(domain=domains[1])
    with django_assert_max_num_queries(25):
        text = preview(administrator, "delete", domains)
    assert "1 dial rule" in text
    assert domains[1].servers.first().endpoint in text  # type: ignore[union-attr]


@pytest.mark.parametrize("do", ["emergency", "calm", "delete"])
def test_an_operator_can_pause_and_nothing_else(operator: Client, domains: list[Domain], do: str) -> None:
    where = reverse("failover:bulk")
    assert operator.get(f"{where}?do={do}&domain={domains[0].pk}").status_code == 403
    sent = {"do": do, "seen": f"{domains[0].pk}:0.1.0.0", "typed": "1", "reason": "x"}
    assert operator.post(where, sent).status_code == 403
    assert Domain.objects.count() == 3


def test_nothing_selected_and_nonsense_are_told(administrator: Client, domains: list[Domain]) -> None:
    where = reverse("failover:bulk")
    for query in ("", "do=pause", "do=explode&domain=1", "do=pause&domain=x&domain=%D9%A3&domain=-1"):
        assert "No domain is selected" in administrator.get(f"{where}?{query}").content.decode()
    for sent in ({}, {"do": "pause", "seen": "x:1"}, {"do": "delete", "seen": ""}):
        assert "No domain is selected" in administrator.post(where, sent).content.decode()
    gone = {"do": "delete", "seen": "987654:0.1.0.0", "typed": "1"}
    assert "It was deleted in the meantime." in administrator.post(where, gone, follow=True).content.decode()
