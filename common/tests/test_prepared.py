"""A query that was compiled before answers as Django's own does."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from appservers.models import Domain
from appservers.testing import pair
from common.prepared import Prepared

pytestmark = pytest.mark.django_db

FIELDS = ("slug", "auto_failover_interval", "outsource", "epoch", "automatic_turned_at")


def test_values_are_put_where_stand_ins_stood_and_answers_are_of_the_fields_types() -> None:
    for number, slug in enumerate(("gyor", "wien", "graz")):
        interval, turned_at = timedelta(minutes=number), timezone.now()
        domain = pair(slug=slug, epoch=number, outsource=number == 1, auto_failover_interval=interval)
        Domain.objects.filter(pk=domain.pk).update(automatic_turned_at=turned_at)
    query = Domain.objects.order_by("slug").values_list(*FIELDS)
    prepared = Prepared(query.filter(Q(slug="\ue000") | Q(epoch__gte=10**6), outsource=False))
    for slug, epoch in (("gyor", 9), ("gyor", 2), ("wien", 9)):
        asked = query.filter(Q(slug=slug) | Q(epoch__gte=epoch), outsource=False)
        assert prepared.rows({"\ue000": slug, 10**6: epoch}) == list(asked)
    assert len(prepared.rows({"\ue000": "gyor", 10**6: 2})) == 2
