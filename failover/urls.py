"""The list of domains and each domain's High Availability page."""

from django.urls import path
from django.http import HttpResponse

app_name = "failover"


def soon(request, slug=""):
    return HttpResponse("")


urlpatterns = [
    path("", soon, name="list"),
    path("<slug:slug>/high-availability/", soon, name="high_availability"),
]
