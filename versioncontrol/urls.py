"""A domain's pages of version rules."""

from django.urls import path

from versioncontrol import views

app_name = "versioncontrol"

urlpatterns = [
    path("", views.List.as_view(), name="list"),
    path("new/", views.New.as_view(), name="new"),
    path("<int:pk>/edit/", views.Edit.as_view(), name="edit"),
    path("<int:pk>/delete/", views.Delete.as_view(), name="delete"),
]
