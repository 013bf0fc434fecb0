"""Pages of appservers."""

from django.http import HttpResponse
from django.urls import path

app_name = "appservers"


def soon(request, slug=""):
    return HttpResponse("")


urlpatterns = [
    path("new/", soon, name="new"),
    path("<slug:slug>/", soon, name="detail"),
    path("<slug:slug>/edit/", soon, name="edit"),
    path("<slug:slug>/delete/", soon, name="delete"),
]
