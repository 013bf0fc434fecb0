"""The alarms."""

from django.urls import path

from alarms.views import Acknowledging, Alarms, AlarmsPart, LookNow

app_name = "alarms"

urlpatterns = [
    path("", Alarms.as_view(), name="list"),
    path("part/", AlarmsPart.as_view(), name="part"),
    path("acknowledge/", Acknowledging.as_view(), name="acknowledge"),
    path("certificates/<slug:slug>/", LookNow.as_view(), name="look"),
]
