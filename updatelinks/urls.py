"""Pages of updatelinks."""

from django.http import HttpResponse
from django.urls import path

app_name = "updatelinks"


def soon(request, slug=""):
    return HttpResponse("")


urlpatterns = [path("", soon, name="list")]
