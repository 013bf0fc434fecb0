"""One order for the selected rows of the list: first what would happen to each, then it is done."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from failover.bulk import MOST, PERMISSIONS, Do, Order, Outcome, carry_out, preview
from failover.bulkforms import FORMS
from failover.clock import SystemClock
from failover.views.domains import read_here, to_list

NAMED = 10  # domains that a message lists
WORDS = {  # title, button, what was done
    Do.PAUSE: ("Pause automatic switching", "Pause", "Paused"),
    Do.RESUME: ("Resume automatic switching", "Resume", "Resumed"),
    Do.EMERGENCY: ("Declare an emergency", "Declare", "Emergency declared"),
    Do.CALM: ("End the emergency", "End", "Emergency ended"),
    Do.DELETE: ("Delete for good", "Delete", "Deleted"),
}


class Bulk(View):
    """GET shows what would happen, POST does it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        word = (request.POST if request.method == "POST" else request.GET).get("do", "")
        self.do = Do(word) if word in list(Do) else None
        needed = [self.do.permission] if self.do else sorted(set(PERMISSIONS.values()))
        if not any(request.user.has_perm(permission) for permission in needed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(keys(request.GET.getlist("domain")), request.GET.get("here", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        here, seen = request.POST.get("here", ""), {}
        for text in request.POST.getlist("seen")[:MOST]:
            for key in keys([text.partition(":")[0]]):
                seen[key] = text.partition(":")[2]
        if self.do is None or not seen:
            return self.show([], here)
        form = FORMS[self.do](request.POST, number=len(seen), now=timezone.now())
        if not form.is_valid():
            return self.show(list(seen), here, form, seen)
        right = form.cleaned_data
        order = Order(self.do, request.user, SystemClock(), right.get("reason", ""), right.get("until"))
        tell(request, self.do, carry_out(order, seen))
        return to_list(read_here(request, here).here)

    def show(self, chosen: list[int], here: str, form: Any = None, seen: dict[int, str] | None = None) -> HttpResponse:
        """The page; with what the person saw before, if they come back to it after a mistake."""
        back = read_here(self.request, here).here
        if self.do is None or not chosen:
            return render(self.request, "failover/bulk_nothing.html", {"here": back})
        lines = preview(self.do, chosen, timezone.now())
        able = [(line, (seen or {}).get(line.domain.pk, line.seen)) for line in lines if line.possible]
        title, button, _ = WORDS[self.do]
        context = {
            "do": self.do.value,
            "title": title,
            "button": button,
            "able": able,
            "unable": [line for line in lines if not line.possible],
            "form": form or FORMS[self.do](number=len(able), now=timezone.now()),
            "here": back,
            "cut": len(chosen) > MOST,
            "most": MOST,
        }
        return render(self.request, "failover/bulk.html", context)


def keys(texts: list[str]) -> list[int]:
    """The keys among what was sent."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def tell(request: HttpRequest, do: Do, outcome: Outcome) -> None:
    """What came of it."""
    if outcome.done:
        messages.success(request, f"{WORDS[do][2]}: {number(len(outcome.done))} ({listed(outcome.done)}).")
    if outcome.left:
        why = [f"{name}: {reason}" for name, reason in outcome.left]
        messages.warning(request, f"Left alone: {number(len(outcome.left))}. {listed(why, ' ')}")


def number(count: int) -> str:
    """A number of domains in words."""
    return f"{count} domain{'' if count == 1 else 's'}"


def listed(names: list[str], between: str = ", ") -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return between.join(names[:NAMED]) + more
