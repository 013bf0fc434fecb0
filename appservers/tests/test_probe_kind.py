"""What "up" is judged by: chosen per domain, and a new choice makes all earlier results worthless."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appservers.models import Domain, ProbeKind
from appservers.testing import pair
from appservers.tests.posting import errors, opened, post, url

pytestmark = pytest.mark.django_db


def test_the_form_keeps_the_choice_and_both_servers_get_a_new_configuration(administrator: Client) -> None:
    domain = pair()
    before = list(domain.servers.values_list("configuration", flat=True))
    post(administrator, url(domain), opened(domain) | {"probe_kind": "giop", "object_key": "Names"})
    domain.refresh_from_db()
    assert (domain.probe_kind, domain.object_key) == (ProbeKind.GIOP, "Names")
    assert list(domain.servers.values_list("configuration", flat=True)) == [number + 1 for number in before]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        pytest.param("", "Give the object key", id="empty"),
        pytest.param("x" * 65, "at most 64 characters", id="too long"),
        pytest.param("Namé", "printable ASCII", id="not ASCII"),
    ],
)
def test_a_key_that_is_none_is_refused_at_its_field(administrator: Client, key: str, sentence: str) -> None:
    domain = pair()
    response = post(administrator, url(domain), opened(domain) | {"object_key": key})
    assert sentence in errors(response)["object_key"]
    assert Domain.objects.get().object_key == "NameService"


@pytest.mark.parametrize("values", [{"probe_kind": "udp"}, {"object_key": ""}, {"object_key": " x"}])
def test_the_database_refuses_what_the_form_refuses(values: dict[str, Any]) -> None:
    domain = pair()
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.filter(pk=domain.pk).update(**values)
