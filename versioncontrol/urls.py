"""A domain's pages of Version Control."""

from django.urls import path

from versioncontrol.views import copying, fleet, policies, rules

app_name = "versioncontrol"

urlpatterns = [
    path("", rules.List.as_view(), name="list"),
    path("new/", rules.New.as_view(), name="new"),
    path("preview/", rules.Preview.as_view(), name="preview"),
    path("<int:pk>/edit/", rules.Edit.as_view(), name="edit"),
    path("<int:pk>/delete/", rules.Delete.as_view(), name="delete"),
    path("mode/<int:component>/", policies.ModeOf.as_view(), name="mode"),
    path("unlisted/", policies.UnlistedOf.as_view(), name="unlisted"),
    path("break-glass/", policies.BreakGlass.as_view(), name="break_glass"),
    path("break-glass/end/", policies.EndBreakGlass.as_view(), name="end_break_glass"),
    path("copy/", copying.Copy.as_view(), name="copy"),
    path("fleet/", fleet.Fleet.as_view(), name="fleet"),
    path("fleet/csv/", fleet.FleetSheet.as_view(), name="fleet_csv"),
]
