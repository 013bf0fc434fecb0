"""Test now: what the servers typed into the form answer, before anything is saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.mixins import UserPassesTestMixin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from appservers.forms import DomainForm, SecondaryForm, ServerForm
from appservers.models import ProbeKind, Role
from common.status import Look
from failover import conf
from failover.health import Status
from failover.looks import NOT_JUDGED, STATUSES
from failover.observation import Kind, Observation, Target, Verdict
from failover.probes import sweep

AT_MOST, WITHIN = 10, timedelta(minutes=1)
LOOKS = {
    Verdict.HEALTHY: STATUSES[Status.UP],
    Verdict.OUTAGE: STATUSES[Status.DOWN],
    Verdict.NO_EVIDENCE: NOT_JUDGED,
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What one kind of check says of a server; `look` is how that appears."""

    kind: str
    look: Look
    seen: Observation


@dataclass(frozen=True, slots=True)
class Section:
    """A server as typed: where it is, what it answers, or why it was not asked."""

    title: str
    endpoint: str = ""
    trouble: str = ""
    tried: tuple[Tried, ...] = ()


class TestNow(UserPassesTestMixin, View):
    """Probes what was typed, with both kinds, and answers with a part of the form's page. Saves nothing."""

    def test_func(self) -> bool:
        """Whoever may fill in the form."""
        user = self.request.user
        return user.has_perm("appservers.add_domain") or user.has_perm("appservers.change_domain")

    def post(self, request: HttpRequest) -> HttpResponse:
        if not _permits_another(request):
            return render(request, "failover/test_now.html", {"limit": AT_MOST}, status=429)
        return render(request, "failover/test_now.html", {"sections": list(sections(request.POST))})


def sections(typed: QueryDict) -> Iterator[Section]:
    """Both servers as typed, asked at the same time."""
    general = DomainForm(typed)
    general.is_valid()
    key = (general.cleaned_data.get("object_key") or "NameService").encode()
    described = {Role.PRIMARY: _described(ServerForm(typed, prefix=Role.PRIMARY))}
    secondary = SecondaryForm(typed, prefix=Role.SECONDARY)
    described[Role.SECONDARY] = "Nothing is typed here." if secondary.left_out else _described(secondary)
    targets = {
        (role, kind): Target(number, 1, *place, kind, key)
        for number, (role, kind) in enumerate((role, kind) for role in Role for kind in Kind)
        if not isinstance(place := described[role], str)
    }
    seen = sweep(targets.values(), pace=conf.pace()) if targets else {}
    for role in Role:
        place = described[role]
        if isinstance(place, str):
            yield Section(role.label, trouble=place)
            continue
        results = ((kind, seen[targets[role, kind].server]) for kind in Kind)
        tried = tuple(Tried(ProbeKind(kind).label, LOOKS[result.reason.verdict], result) for kind, result in results)
        yield Section(role.label, endpoint=f"{place[0]}:{place[1]}", tried=tried)


def _described(form: ServerForm) -> tuple[str, int] | str:
    """Host and port as typed, or the sentence that says what is wrong with them."""
    form.is_valid()
    for field in ("server_fqdn", "server_port"):
        if field in form.errors:
            return f"{form.fields[field].label}: {form.errors[field][0]}"
    return form.instance.server_fqdn, form.instance.server_port


def _permits_another(request: HttpRequest) -> bool:
    """Whether this person has not asked too often lately; probes go to wherever the form says."""
    now = timezone.now()
    asked = [moment for moment in request.session.get("tests", []) if moment > (now - WITHIN).timestamp()]
    permitted = len(asked) < AT_MOST
    request.session["tests"] = [*asked, now.timestamp()] if permitted else asked
    return permitted
