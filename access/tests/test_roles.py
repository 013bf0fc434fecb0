"""The migration makes the roles, each with what it needs and no more."""

import pytest
from django.contrib.auth.models import Group

pytestmark = pytest.mark.django_db


def permissions(role: str) -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Group.objects.get(name=role).permissions.select_related("content_type")
    }


def test_administrators_hold_everything_of_the_console() -> None:
    held = permissions("Administrators")
    assert {"appservers.add_domain", "appservers.switch_domain", "access.use_admin", "access.add_user"} <= held
    assert {"auth.change_group", "failover.view_switchevent"} <= held


def test_operators_see_switch_and_acknowledge_but_change_nothing_else() -> None:
    held = permissions("Operators")
    assert "appservers.switch_domain" in held
    more = {name for name in held if not name.split(".")[1].startswith("view_")}
    assert more == {"appservers.switch_domain", "alarms.acknowledge_alarm"}


def test_support_sees_and_may_enter_the_admin_but_neither_switches_nor_changes() -> None:
    held = permissions("Support")
    assert {"access.use_admin", "appservers.view_domain"} <= held
    assert {name for name in held if not name.split(".")[1].startswith("view_")} == {"access.use_admin"}
