"""The database refuses what the form refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import DomainFactory, pair

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"server_port": 0}, id="port 0"),
        pytest.param({"server_port": 65536}, id="port 65536"),
        pytest.param({"server_fqdn": "_ce.corp.example"}, id="underscore"),
        pytest.param({"server_fqdn": "ce-.corp.example"}, id="trailing dash"),
        pytest.param({"server_fqdn": "ce a"}, id="blank"),
        pytest.param({"server_fqdn": "https://ce"}, id="URL"),
        pytest.param({"server_fqdn": ""}, id="empty"),
        pytest.param({"server_fqdn": "ce\n"}, id="line break at the end"),
        pytest.param({"private_web_fqdn": "ce:99999"}, id="web port out of range"),
        pytest.param({"public_web_fqdn": "ce:"}, id="web port missing"),
        pytest.param({"role": "tertiary"}, id="unknown role"),
    ],
)
def test_it_refuses_a_server(values: dict[str, Any]) -> None:
    domain = DomainFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationServer.objects.filter(domain=domain).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"auto_failover_interval": timedelta(seconds=-1)}, id="negative interval"),
        pytest.param({"auto_failover_interval": timedelta(days=2)}, id="absurd interval"),
        pytest.param({"name_key": ""}, id="no name"),
        pytest.param({"active_role": "third"}, id="unknown active role"),
        pytest.param({"active_role": Role.SECONDARY}, id="active without a server"),
    ],
)
def test_it_refuses_a_domain(values: dict[str, Any]) -> None:
    domain = DomainFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.filter(pk=domain.pk).update(**values)


def test_it_refuses_the_same_name_in_other_letters() -> None:
    DomainFactory.create(name="Győr")
    with pytest.raises(IntegrityError), transaction.atomic():
        DomainFactory.create(name="GYŐR")


def test_it_refuses_the_same_endpoint_twice() -> None:
    domain = pair()
    endpoint = domain.servers.get(role=Role.PRIMARY).server_fqdn
    with pytest.raises(IntegrityError), transaction.atomic():
        domain.servers.filter(role=Role.SECONDARY).update(server_fqdn=endpoint)


def test_it_refuses_an_outsourced_domain_with_a_server_without_a_public_name() -> None:
    domain = DomainFactory.create(outsource=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        domain.servers.update(public_web_fqdn="")
    other = DomainFactory.create()
    other.servers.update(public_web_fqdn="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.filter(pk=other.pk).update(outsource=True)


def test_it_refuses_to_remove_the_active_server_and_lets_the_standby_go() -> None:
    domain = pair()
    with pytest.raises(IntegrityError), transaction.atomic():
        domain.servers.get(role=Role.PRIMARY).delete()
    domain.servers.get(role=Role.SECONDARY).delete()
    assert domain.servers.count() == 1
