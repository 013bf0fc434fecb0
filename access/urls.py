"""Sign-in, sign-out and the own password."""

from django.contrib.auth import views
from django.urls import path, reverse_lazy

from access.views import SignIn

app_name = "access"

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        views.PasswordChangeView.as_view(
            template_name="access/password_change.html", success_url=reverse_lazy("access:password_change_done")
        ),
        name="password_change",
    ),
    path(
        "password/done/",
        views.PasswordChangeDoneView.as_view(template_name="access/password_change_done.html"),
        name="password_change_done",
    ),
]
