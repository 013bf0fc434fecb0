"""Where each app's pages hang; the apps are named as strings only."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

SERVERS = "infrastructure/application-servers/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="failover:list"), name="home"),
    path("accounts/", include("access.urls")),
    path("admin/", admin.site.urls),
    path(SERVERS, include("failover.urls")),
    path(SERVERS, include("appservers.urls")),
    path(f"{SERVERS}<slug:slug>/version-control/", include("versioncontrol.urls")),
    path(f"{SERVERS}<slug:slug>/update-links/", include("updatelinks.urls")),
]
