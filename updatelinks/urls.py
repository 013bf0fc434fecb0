"""A domain's pages of update links."""

from django.urls import path

from updatelinks import views

app_name = "updatelinks"

urlpatterns = [
    path("", views.List.as_view(), name="list"),
    path("new/", views.New.as_view(), name="new"),
    path("<int:pk>/edit/", views.Edit.as_view(), name="edit"),
    path("<int:pk>/check/", views.Check.as_view(), name="check"),
    path("<int:pk>/delete/", views.Delete.as_view(), name="delete"),
]
