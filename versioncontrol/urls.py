"""Pages of versioncontrol."""

from django.http import HttpResponse
from django.urls import path

app_name = "versioncontrol"


def soon(request, slug=""):
    return HttpResponse("")


urlpatterns = [path("", soon, name="list")]
