"""Where each app's pages hang; the apps are named as strings only."""

from django.contrib import admin
from django.urls import include, path

handler500 = "common.errors.server_error"

SERVERS = "infrastructure/application-servers/"

urlpatterns = [
    path("", include("failover.home_urls")),
    path("", include("api.signs_urls")),
    path("accounts/", include("access.urls")),
    path("admin/", admin.site.urls),
    path("access/api-tokens/", include("api.urls")),
    path("api/v1/", include("api.endpoints")),
    path(SERVERS, include("failover.urls")),
    path(SERVERS, include("exchange.urls")),
    path(SERVERS, include("appservers.urls")),
    path("maintenance/alarms/", include("alarms.urls")),
    path("maintenance/audit/", include("audit.urls")),
    path("maintenance/monitors/", include("failover.maintenance_urls")),
    path("infrastructure/", include("dialrules.urls")),
    path("maintenance/notices/", include("failover.notices_urls")),
    path("maintenance/subscribers/", include("failover.subscribers_urls")),
    path(f"{SERVERS}<slug:slug>/version-control/", include("versioncontrol.urls")),
    path(f"{SERVERS}<slug:slug>/update-links/", include("updatelinks.urls")),
]
