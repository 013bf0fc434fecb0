"""The Django admin's door, and what people may do there to people."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from access.models import User
from access.testing import UserFactory, user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(UserFactory.create(username="root", is_superuser=True))
    return client


def page(user: User, action: str = "change") -> str:
    return reverse(f"admin:access_user_{action}", args=[user.pk])


def form(user: User, **changes: Any) -> dict[str, Any]:
    """What the page of a user sends."""
    return {"username": user.username, "is_active": "on", "groups": [g.pk for g in user.groups.all()]} | changes


@pytest.mark.parametrize(
    ("role", "status"),
    [
        pytest.param("administrator", 200, id="Administrators"),
        pytest.param("support", 200, id="Support"),
        pytest.param("operator", 302, id="Operators"),
        pytest.param("nobody", 302, id="nobody"),
    ],
)
def test_the_door_opens_to_roles(request: pytest.FixtureRequest, role: str, status: int) -> None:
    client: Client = request.getfixturevalue(role)
    assert client.get("/admin/").status_code == status


def test_an_administrator_makes_a_user_and_gives_a_role(administrator: Client) -> None:
    password = "a good long pass phrase"
    posted = {"username": "sue", "usable_password": "true", "password1": password, "password2": password}
    assert administrator.post("/admin/access/user/add/", posted).status_code == 302
    sue = User.objects.get(username="sue")
    support = Group.objects.get(name="Support")
    administrator.post(page(sue), form(sue, groups=[support.pk], first_name="Susan"))
    sue.refresh_from_db()
    assert (sue.first_name, list(sue.groups.all())) == ("Susan", [support])
    assert not sue.is_superuser


def test_users_are_found_and_filtered_by_role(administrator: Client) -> None:
    user_with_role("Support", "sue")
    role = Group.objects.get(name="Support").pk
    listed = administrator.get(f"/admin/access/user/?groups__id__exact={role}").content.decode()
    assert ">sue</a>" in listed
    assert ">administrator</a>" not in listed
    assert ">sue</a>" in administrator.get("/admin/access/user/?q=supp").content.decode()


def test_an_administrator_makes_nobody_a_superuser(administrator: Client) -> None:
    sue = user_with_role("Support", "sue")
    administrator.post(page(sue), form(sue, is_superuser="on", is_staff="on", user_permissions=["1"]))
    sue.refresh_from_db()
    assert (sue.is_superuser, sue.is_staff, sue.user_permissions.count()) == (False, False, 0)


def test_an_administrator_does_not_touch_a_superuser(administrator: Client) -> None:
    root = UserFactory.create(username="root", is_superuser=True)
    new = {"usable_password": "true", "password1": "a good long pass phrase", "password2": "a good long pass phrase"}
    assert administrator.post(page(root), form(root, is_active="")).status_code == 403
    assert administrator.post(reverse("admin:auth_user_password_change", args=[root.pk]), new).status_code == 403
    assert administrator.post(page(root, "delete"), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": str(root.pk), "post": "yes"}
    administrator.post("/admin/access/user/", bulk)
    before, root = root, User.objects.get(pk=root.pk)
    assert (root.is_active, root.password) == (True, before.password)


def test_nobody_raises_demotes_or_deletes_themselves(administrator: Client, root: Client) -> None:
    for client, name in ((administrator, "administrator"), (root, "root")):
        me = User.objects.get(username=name)
        before = (me.is_superuser, list(me.groups.all()))
        client.post(page(me), form(me, is_active="", is_superuser="on", groups=[]))
        client.post(page(me, "delete"), {"post": "yes"})
        bulk = {"action": "delete_selected", "_selected_action": str(me.pk), "post": "yes"}
        client.post("/admin/access/user/", bulk)
        me = User.objects.get(pk=me.pk)
        assert (me.is_active, me.is_superuser, list(me.groups.all())) == (True, *before)


def test_an_administrator_does_not_empty_or_delete_the_own_role(administrator: Client) -> None:
    role = Group.objects.get(name="Administrators")
    held = role.permissions.count()
    change = reverse("admin:auth_group_change", args=[role.pk])
    assert administrator.post(change, {"name": "Administrators", "permissions": []}).status_code == 403
    assert administrator.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"}).status_code == 403
    assert role.permissions.count() == held


def test_an_administrator_changes_other_roles(administrator: Client) -> None:
    role = Group.objects.get(name="Operators")
    posted = {"name": "Night shift", "permissions": [p.pk for p in role.permissions.all()]}
    assert administrator.post(reverse("admin:auth_group_change", args=[role.pk]), posted).status_code == 302
    assert "Night shift" in administrator.get("/admin/auth/group/?q=night").content.decode()


def test_a_superuser_makes_a_superuser(root: Client) -> None:
    sue = user_with_role("Support", "sue")
    root.post(page(sue), form(sue, is_superuser="on"))
    sue.refresh_from_db()
    assert sue.is_superuser


@pytest.fixture
def clerk(db: None) -> Client:
    """A browser in which somebody is signed in whose own role may change people and roles, and little else."""
    role = Group.objects.create(name="Front desk")
    names = (
        "use_admin",
        "view_user",
        "add_user",
        "change_user",
        "delete_user",
        "view_group",
        "add_group",
        "change_group",
    )
    role.permissions.set(Permission.objects.filter(codename__in=names))
    user = UserFactory.create(username="clerk")
    user.groups.add(role)
    client = Client()
    client.force_login(user)
    return client


def test_nobody_gives_a_role_that_holds_more_than_they_do(clerk: Client) -> None:
    sue = UserFactory.create(username="sue")
    administrators, desk = (Group.objects.get(name=name) for name in ("Administrators", "Front desk"))
    assert "Administrators" not in clerk.get(page(sue)).content.decode()
    clerk.post(page(sue), form(sue, groups=[administrators.pk]))
    assert not sue.groups.exists()
    clerk.post(page(sue), form(sue, groups=[desk.pk], is_superuser="on", is_staff="on"))
    sue.refresh_from_db()
    assert (list(sue.groups.all()), sue.is_superuser, sue.is_staff) == ([desk], False, False)


@pytest.mark.parametrize("active", [True, False])
def test_nobody_touches_or_signs_in_as_somebody_who_holds_more(clerk: Client, active: bool) -> None:
    boss = user_with_role("Administrators", "boss")
    User.objects.filter(pk=boss.pk).update(is_active=active)
    new = {"usable_password": "true", "password1": "a good long pass phrase", "password2": "a good long pass phrase"}
    assert clerk.post(page(boss), form(boss, groups=[])).status_code == 403
    assert clerk.post(reverse("admin:auth_user_password_change", args=[boss.pk]), new).status_code == 403
    assert clerk.post(page(boss, "delete"), {"post": "yes"}).status_code == 403
    after = User.objects.get(pk=boss.pk)
    assert (after.groups.count(), after.password) == (1, boss.password)


def test_nobody_makes_a_role_that_holds_more_than_they_do(clerk: Client) -> None:
    switch = Permission.objects.get(codename="switch_domain")
    own = Permission.objects.get(codename="change_user")
    clerk.post("/admin/auth/group/add/", {"name": "Mine", "permissions": [switch.pk]})
    assert not Group.objects.filter(name="Mine").exists()
    clerk.post("/admin/auth/group/add/", {"name": "Mine", "permissions": [own.pk]})
    assert list(Group.objects.get(name="Mine").permissions.all()) == [own]
    operators = Group.objects.get(name="Operators")
    change = reverse("admin:auth_group_change", args=[operators.pk])
    assert clerk.post(change, {"name": "Operators", "permissions": []}).status_code == 403
    assert operators.permissions.exists()
