"""A domain that somebody deleted while its page was open."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from appservers.selectors import former_domain
from common.typed import FormClass, repeated


def to_the_list(request: HttpRequest, slug: str, form: FormClass | None = None) -> HttpResponse:
    """Say who deleted the domain and show the others, with what was typed; Http404 when there never was one."""
    if (former := former_domain(slug)) is None:
        raise Http404
    name, deletion = former
    typed = repeated(request, form) if form else ""
    messages.warning(request, f"“{name}” was deleted by {deletion.by}. It is not watched any more.{typed}")
    return redirect("failover:list")
