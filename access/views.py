"""The page that lets people in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator

from access.forms import SignInForm
from access.interrupted import NAME, carried


@method_decorator(login_not_required, "dispatch")
class SignIn(LoginView):
    """Sign-in; a form that was interrupted by it goes on afterwards."""

    template_name = "access/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.user.is_authenticated and (kept := carried(request)):  # by this form, or by another window before
            request.session[NAME] = kept
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(interrupted=self.request.POST.get(NAME, ""), **context)
