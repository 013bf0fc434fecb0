"""Test now: what the servers typed into the form answer, before anything is saved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from appservers.forms import SecondaryForm, ServerForm
from appservers.models import Domain, ProbeKind, Role
from common.status import Look, Tone
from failover import conf
from failover.health import Status
from failover.looks import STATUSES
from failover.observation import Kind, Observation, Reason, Target, Verdict
from failover.probes import sweep

AT_MOST, WITHIN = 10, timedelta(minutes=1)
NOT_KNOWN = Look(Tone.IDLE, "question-lg", "Not known", "Nothing was learned about the server itself.")
LOOKS = {
    Verdict.HEALTHY: STATUSES[Status.UP],
    Verdict.OUTAGE: STATUSES[Status.DOWN],
    Verdict.NO_EVIDENCE: NOT_KNOWN,
}
ACCEPTS = "accepts connections"
HANGS = (
    "accepts connections, but does not answer in time",
    "The naming service hangs, or something else listens on this port. A check of the connection only does not see it.",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one kind of check says of a server; `latency` is in milliseconds and None when the server was not asked."""

    kind: str
    look: Look
    sentence: str
    hint: str = ""
    latency: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A server as typed: where it is, what it answers, or why it was not asked."""

    title: str
    endpoint: str = ""
    trouble: str = ""
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A host and a port as typed; both are right."""

    host: str
    port: int


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
    """Both servers as typed, asked at the same time by every kind that can ask."""
    secondary = SecondaryForm(typed, prefix=Role.SECONDARY)
    places = {
        Role.PRIMARY: _place(ServerForm(typed, prefix=Role.PRIMARY)),
        Role.SECONDARY: "Nothing is typed here." if secondary.left_out else _place(secondary),
    }
    key, key_trouble = _object_key(typed)
    seen = _ask({role: place for role, place in places.items() if isinstance(place, Place)}, key)
    for role, place in places.items():
        if isinstance(place, Place):
            tried = tuple(_tried(kind, seen[role], key_trouble) for kind in Kind)
            yield Section(role.label, endpoint=f"{place.host}:{place.port}", tried=tried)
        else:
            yield Section(role.label, trouble=place)


def _ask(places: Mapping[Role, Place], key: bytes) -> dict[Role, dict[Kind, Observation]]:
    """What each server answers to each kind; without a key GIOP asks nobody."""
    asking = [(role, kind) for role in places for kind in Kind if kind is Kind.TCP or key]
    targets = [
        Target(number, 1, places[role].host, places[role].port, kind, key) for number, (role, kind) in enumerate(asking)
    ]
    observations = sweep(targets, pace=conf.pace())
    seen: dict[Role, dict[Kind, Observation]] = {role: {} for role in places}
    for number, (role, kind) in enumerate(asking):
        seen[role][kind] = observations[number]
    return seen


def _tried(kind: Kind, seen: Mapping[Kind, Observation], key_trouble: str) -> Tried:
    """One kind's result in words; the other's tells a hung server from one that is gone."""
    label = ProbeKind(kind).label
    if kind not in seen:
        return Tried(label, NOT_KNOWN, f"not asked. Object key: {key_trouble}")
    reason, latency = seen[kind].reason, seen[kind].latency
    sentence, hint = reason.sentence, reason.hint
    if kind is Kind.TCP and reason is Reason.OK:
        sentence = ACCEPTS
    elif kind is Kind.GIOP and reason is Reason.TIMEOUT and seen[Kind.TCP].reason is Reason.OK:
        sentence, hint = HANGS
    look = LOOKS[reason.verdict]
    return Tried(label, look, sentence, hint, None if look is NOT_KNOWN else latency)


def _place(form: ServerForm) -> Place | str:
    """Host and port as typed, or the sentence that says what is wrong with them."""
    form.is_valid()
    wrong = [
        f"{form.fields[field].label}: {form.errors[field][0]}"
        for field in ("server_fqdn", "server_port")
        if field in form.errors
    ]
    return " ".join(wrong) or Place(form.instance.server_fqdn, form.instance.server_port)


def _object_key(typed: QueryDict) -> tuple[bytes, str]:
    """The object key as typed, or none and the sentence that says what is wrong with it."""
    field = Domain._meta.get_field("object_key")
    try:
        key: str = field.clean(typed.get("object_key", field.get_default()).strip(), None)
    except ValidationError as error:
        return b"", error.messages[0]
    return key.encode(), ""


def _permits_another(request: HttpRequest) -> bool:
    """Whether this person has not asked too often lately; probes go to wherever the form says."""
    now = timezone.now()
    asked = [moment for moment in request.session.get("tests", []) if moment > (now - WITHIN).timestamp()]
    permitted = len(asked) < AT_MOST
    request.session["tests"] = [*asked, now.timestamp()] if permitted else asked
    return permitted
