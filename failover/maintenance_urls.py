"""What whoever runs the installation looks at: the monitors."""

from django.urls import path

from failover.views.monitors import Monitors, MonitorsPart

app_name = "monitors"

urlpatterns = [
    path("", Monitors.as_view(), name="list"),
    path("part/", MonitorsPart.as_view(), name="part"),
]
