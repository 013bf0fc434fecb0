"""Links in the Django admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory

pytestmark = pytest.mark.django_db


def values(link: UpdateLink, **changes: Any) -> dict[str, Any]:
    same = {"domain": link.domain.pk, "component": link.component.pk}
    return same | {"version": "11", "private_url": "https://sw/11", "public_url": ""} | changes


def test_support_looks_up_and_changes_nothing(support: Client) -> None:
    link = UpdateLinkFactory.create()
    answer = support.get(reverse("admin:updatelinks_updatelink_changelist"), {"q": link.private_url})
    assert link.public_url in answer.content.decode()
    assert support.get(reverse("admin:updatelinks_updatelink_history", args=[link.pk])).status_code == 200
    change = reverse("admin:updatelinks_updatelink_change", args=[link.pk])
    assert support.get(change).status_code == 200
    assert support.post(change, values(link)).status_code == 403


def test_a_link_is_checked_as_in_the_console(administrator: Client) -> None:
    link = UpdateLinkFactory.create(version="10.2-RC1")
    add = reverse("admin:updatelinks_updatelink_add")
    for changes, advice in (
        ({"version": "10.2-rc1"}, "10.2-RC1 exists already"),
        ({"private_url": ""}, "Give a private or a public URL"),
        ({"private_url": "ftp://sw"}, "not by “ftp”"),
    ):
        assert advice in administrator.post(add, values(link, **changes)).content.decode()
    assert UpdateLink.objects.count() == 1


def test_a_link_is_added_changed_and_deleted_with_its_history(administrator: Client) -> None:
    old = UpdateLinkFactory.create()
    administrator.post(reverse("admin:updatelinks_updatelink_add"), values(old))
    link = UpdateLink.objects.get(version="11")
    administrator.post(reverse("admin:updatelinks_updatelink_change", args=[link.pk]), values(old, version="12"))
    administrator.post(reverse("admin:updatelinks_updatelink_delete", args=[link.pk]), {"post": "yes"})
    changes = UpdateLink.history.filter(id=link.pk).order_by("history_id")
    assert [record.history_type for record in changes] == ["+", "~", "-"]
    assert changes[1].version == "12"
