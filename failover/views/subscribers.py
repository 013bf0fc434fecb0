"""Subscribers: who is told; list, new, edit, delete, a test notice, a new secret."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from appservers.models import Domain
from common import distinct
from common.crud import number
from common.once import shown_once
from common.typed import repeated
from failover.conf import email_is_set_up
from failover.models import Channel, Subscriber
from failover.sending import Sender, send
from failover.subscriberforms import SubscriberForm
from failover.subscribers import delete_subscriber, renew_secret, save_subscriber, trial
from failover.views.notices import no_mail


class Page(PermissionRequiredMixin, TemplateView):
    """A page of subscribers, for everyone who holds `action`."""

    action: str

    def get_permission_required(self) -> Sequence[str]:
        return [f"failover.{self.action}_subscriber"]


class Stored(Page):
    """A page of one that may have been deleted since the person saw it."""

    row: Subscriber

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            row = Subscriber.objects.filter(pk=kwargs["pk"]).first()
            if row is None:
                return _gone(request)
            self.row = row
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"row": self.row, **context})


class Subscribers(Page):
    """All of them."""

    action = "view"
    template_name = "failover/subscribers.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        names = Prefetch("domains", Domain.objects.only("name").order_by("name"))
        dead = Count("notices", filter=~Q(notices__dead_at=None))
        waits = Count("notices", filter=Q(notices__delivered_at=None, notices__dead_at=None, notices__isnull=False))
        rows = Subscriber.objects.defer("secret").prefetch_related(names).annotate(dead=dead, waits=waits)
        return super().get_context_data(rows=rows, no_mail=no_mail(), **context)


class FormPage(Page):
    """A subscriber to fill in; what was typed is kept until it is saved."""

    template_name = "failover/subscriber.html"

    def show(self, form: SubscriberForm, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, mail=email_is_set_up(), **context))

    def saved(self, form: SubscriberForm, seen: int | None = None) -> HttpResponse | None:
        """Save what is valid; the page again when that cannot be."""
        if not form.is_valid():
            return self.show(form, seen=seen)
        try:
            save_subscriber(subscriber=form.instance, domains=form.cleaned_data["domains"], seen=seen)
        except distinct.Duplicate as error:
            form.add_error(error.field, str(error))
            return self.show(form, seen=seen)
        except distinct.Changed as error:
            form.add_error(None, f"{error} Submit again to replace that with what you see below, or leave this page.")
            return self.show(form, seen=error.revision)
        except distinct.Gone:
            return _gone(self.request)
        return None


@method_decorator(never_cache, "dispatch")
class New(FormPage):
    """A new one; the secret of a webhook is shown in the answer, and never again."""

    action = "add"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(SubscriberForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SubscriberForm(request.POST)
        if (again := self.saved(form)) is not None:
            return again
        messages.success(request, f"Subscriber {form.instance} was added.")
        if form.instance.channel == Channel.WEBHOOK:
            shown_once(request, reverse("subscribers:list"))
            return _show_secret(self, form.instance, form.instance.secret)
        return redirect("subscribers:list")


class Edit(Stored, FormPage):
    """A stored one."""

    action = "change"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(SubscriberForm(instance=self.row), seen=distinct.revision(self.row))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SubscriberForm(request.POST, instance=self.row)
        if (again := self.saved(form, number(request.POST.get("seen")))) is not None:
            return again
        messages.success(request, f"Subscriber {form.instance} was saved.")
        return redirect("subscribers:list")


class Delete(Stored):
    """Asks before it deletes."""

    action = "delete"
    template_name = "failover/subscriber_delete.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        waits = self.row.notices.filter(delivered_at=None, dead_at=None).count()
        return super().get_context_data(waits=waits, **context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        name = str(self.row)
        delete_subscriber(subscriber=self.row)
        messages.success(request, f"Subscriber {name} was deleted.")
        return redirect("subscribers:list")


@method_decorator(never_cache, "dispatch")
class Renew(Stored):
    """Asks before it makes a new secret, which is shown in the answer, and never again."""

    action = "change"
    template_name = "failover/subscriber_renew.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.row.signs else self.nothing_signed()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        secret = renew_secret(subscriber=self.row)
        if secret is None:
            return self.nothing_signed()
        shown_once(request, reverse("subscribers:list"))
        return _show_secret(self, self.row, secret)

    def nothing_signed(self) -> HttpResponse:
        messages.warning(self.request, "There is no such webhook any more.")
        return redirect("subscribers:list")


class Try(Stored):
    """Sends a test notice now, and says what came of it."""

    action = "change"
    http_method_names = ["post"]
    sender: Sender = staticmethod(send)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        outcome = self.sender(trial(self.row, at=timezone.now(), by=request.user.get_username()))
        if outcome.delivered:
            messages.success(request, f"{self.row} took the test notice.")
        else:
            messages.error(request, f"{self.row} did not take the test notice. {outcome.error}")
        return redirect("subscribers:list")


def _gone(request: HttpRequest) -> HttpResponse:
    gone = "The subscriber does not exist any more; somebody deleted it."
    messages.warning(request, f"{gone}{repeated(request, SubscriberForm)}")
    return redirect("subscribers:list")


def _show_secret(page: Page, subscriber: Subscriber, secret: str) -> HttpResponse:
    page.template_name = "failover/subscriber_secret.html"
    return page.render_to_response({"row": subscriber, "secret": secret})
