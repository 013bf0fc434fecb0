"""The list of domains and each domain's High Availability pages."""

from django.urls import path

from failover.views.domains import DomainList, DomainRows
from failover.views.high_availability import HighAvailability, HighAvailabilityPart
from failover.views.switching import Switching
from failover.views.trying import TestNow

app_name = "failover"

urlpatterns = [
    path("", DomainList.as_view(), name="list"),
    path("test/", TestNow.as_view(), name="test_now"),
    path("rows/", DomainRows.as_view(), name="rows"),
    path("<slug:slug>/high-availability/", HighAvailability.as_view(), name="high_availability"),
    path("<slug:slug>/high-availability/part/", HighAvailabilityPart.as_view(), name="high_availability_part"),
    path("<slug:slug>/high-availability/switch/", Switching.as_view(), name="switch"),
]
