"""The system checks of the networks."""

from typing import Any

import pytest

from appservers.testing import DomainFactory
from updatelinks import conf
from updatelinks.checks import check_networks, check_proxies
from updatelinks.networks import Place, place


@pytest.mark.django_db
def test_an_outsourced_domain_without_a_dmz_proxy_is_warned_about(settings: Any) -> None:
    DomainFactory.create()
    assert check_proxies(databases=["default"]) == []
    DomainFactory.create(name="Budapest East", outsource=True)
    (warning,) = check_proxies(databases=["default"])
    assert warning.id == "updatelinks.W001"
    assert "Outsource is on for Budapest East" in warning.msg
    assert "Set DMZ_PROXIES" in str(warning.hint)
    assert check_proxies() == []  # the database was not asked for
    settings.DMZ_PROXIES = ["10.0.5.0/29"]
    assert check_proxies(databases=["default"]) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CORPORATE_NETWORKS", "updatelinks.E001"),
        ("DMZ_PROXIES", "updatelinks.E002"),
        ("TRUSTED_PROXIES", "updatelinks.E003"),
    ],
)
def test_what_is_no_network_is_an_error(name: str, code: str, settings: Any) -> None:
    assert check_networks() == []
    setattr(settings, name, ["10.0.0.0/8", "corp.example"])
    (error,) = check_networks()
    assert (error.id, "“corp.example” is no network" in error.msg) == (code, True)


def test_the_default_networks_are_the_private_ones_and_loopback(settings: Any) -> None:
    inside = ["10.1.1.1", "172.31.0.1", "192.168.9.9", "fd12::1", "127.0.0.1", "::1"]
    assert {place(conf.networks(), address) for address in inside} == {Place.CORPORATE}
    assert place(conf.networks(), "172.32.0.1") is Place.OUTSIDE
    settings.CORPORATE_NETWORKS = ["192.0.2.0/24"]
    assert place(conf.networks(), "10.1.1.1") is Place.OUTSIDE
