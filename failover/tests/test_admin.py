"""The monitor's records in the Django admin: found by search and filter, changed by nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from access.models import User
from appservers.models import Role
from appservers.testing import pair
from failover.models import (
    Countdown,
    HealthChange,
    Hold,
    Lease,
    Monitor,
    Pause,
    ScheduledSwitch,
    ServerHealth,
    Standing,
    SwitchEvent,
    SwitchRefusal,
)
from failover.testing import (
    CountdownFactory,
    HealthChangeFactory,
    HoldFactory,
    MonitorFactory,
    PauseFactory,
    ScheduledSwitchFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
    SwitchRefusalFactory,
)

pytestmark = pytest.mark.django_db

MODELS = [
    Countdown,
    HealthChange,
    Hold,
    Lease,
    Monitor,
    Pause,
    ScheduledSwitch,
    ServerHealth,
    Standing,
    SwitchEvent,
    SwitchRefusal,
]
FACTORIES = (
    CountdownFactory,
    HoldFactory,
    PauseFactory,
    ScheduledSwitchFactory,
    StandingFactory,
    SwitchEventFactory,
    SwitchRefusalFactory,
)


@pytest.fixture
def records() -> None:
    """One of everything, of the domain Budapest East."""
    domain = pair(name="Budapest East")
    for factory in FACTORIES:
        factory.create(domain=domain)
    ServerHealthFactory.create(server=domain.servers.get(role=Role.PRIMARY))
    HealthChangeFactory.create(server=domain.servers.get(role=Role.PRIMARY))
    MonitorFactory.create(identity="Budapest host")
    Lease.objects.update(holder="Budapest host")


@pytest.fixture
def superuser() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def listed(client: Client, model: type[Any], **query: str) -> int:
    response = client.get(reverse(f"admin:failover_{model._meta.model_name}_changelist"), query)
    assert response.status_code == 200
    count: int = response.context["cl"].result_count
    return count


@pytest.mark.parametrize("model", MODELS)
def test_each_record_is_found_by_a_word_and_not_by_another(model: type[Any], records: None, support: Client) -> None:
    assert listed(support, model, q="budapest") == 1
    assert listed(support, model, q="nowhere") == 0


@pytest.mark.parametrize("model", MODELS)
def test_each_list_can_be_filtered(model: type[Any], records: None, support: Client) -> None:
    assert admin.site._registry[model].list_filter
    assert listed(support, model) == 1


def test_a_filter_leaves_out_what_it_should(records: None, support: Client) -> None:
    assert listed(support, SwitchEvent, cause__exact="automatic") == 1
    assert listed(support, SwitchEvent, cause__exact="manual") == 0


@pytest.mark.parametrize("model", MODELS)
def test_not_even_a_superuser_changes_a_record(model: type[Any], records: None, superuser: Client) -> None:
    name, pk = f"admin:failover_{model._meta.model_name}", model.objects.get().pk
    assert superuser.post(reverse(f"{name}_change", args=[pk]), {}).status_code == 403
    assert superuser.post(reverse(f"{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert superuser.post(reverse(f"{name}_add"), {}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"}
    superuser.post(reverse(f"{name}_changelist"), action)
    assert model.objects.count() == 1


def test_a_domain_with_a_history_can_be_deleted_and_the_events_keep_its_name(
    records: None, administrator: Client
) -> None:
    event = SwitchEvent.objects.get()
    where = reverse("admin:appservers_domain_delete", args=[event.domain_id])
    assert administrator.post(where, {"post": "yes"}).status_code == 302
    event.refresh_from_db()
    assert (event.domain, event.domain_name) == (None, "Budapest East")
    assert not ServerHealth.objects.exists()


def test_times_are_shown_to_the_second(superuser: Client) -> None:
    SwitchEventFactory.create(at=datetime(2026, 3, 1, 3, 12, 4, tzinfo=UTC))
    shown = superuser.get(reverse("admin:failover_switchevent_changelist")).content.decode()
    assert "2026-03-01 03:12:04" in shown
