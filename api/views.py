"""Organization & Access > API Tokens: list, create, revoke."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.generic import TemplateView, View

from api.forms import TokenForm
from api.models import ApiToken
from api.selectors import tokens
from api.services import create_token, revoke_token
from common.once import shown_once


class TokenList(PermissionRequiredMixin, TemplateView):
    """All tokens, those that are revoked too."""

    permission_required = "api.view_apitoken"
    template_name = "api/tokens.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(tokens=tokens(), **context)


class NewToken(PermissionRequiredMixin, View):
    """A new token; the answer to the form shows it, once."""

    permission_required = "api.add_apitoken"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "api/new_token.html", {"form": TokenForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TokenForm(request.POST)
        if not form.is_valid():
            return render(request, "api/new_token.html", {"form": form})
        token, secret = create_token(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
            actor_id=request.user.pk,
            actor_name=request.user.get_username(),
        )
        shown_once(request, reverse("api:tokens"))
        response = render(request, "api/token_made.html", {"token": token, "secret": secret})
        add_never_cache_headers(response)
        return response


class RevokeToken(PermissionRequiredMixin, View):
    """Asks before it revokes a token."""

    permission_required = "api.change_apitoken"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, "api/revoke_token.html", {"token": get_object_or_404(ApiToken, pk=pk)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        token = get_object_or_404(ApiToken, pk=pk)
        if revoke_token(token=token, actor_name=request.user.get_username(), at=timezone.now()):
            messages.success(request, f"The token “{token.name}” was revoked. It is refused within two seconds.")
        else:
            messages.warning(request, f"The token “{token.name}” was revoked already.")
        return redirect("api:tokens")
