"""The list of domains and each domain's High Availability pages."""

from django.urls import path

from failover.views.bulk import Bulk
from failover.views.domains import Columns, DomainList, DomainRows, Views
from failover.views.high_availability import HighAvailability, HighAvailabilityPart
from failover.views.orders import Acknowledging, Cancelling, Confirming, Pausing, Resuming, Scheduling
from failover.views.past import PastPart
from failover.views.rehearsing import Adviser, Drill
from failover.views.switching import Switching
from failover.views.trying import TestNow

app_name = "failover"

urlpatterns = [
    path("", DomainList.as_view(), name="list"),
    path("test/", TestNow.as_view(), name="test_now"),
    path("rows/", DomainRows.as_view(), name="rows"),
    path("rows/columns/", Columns.as_view(), name="columns"),
    path("rows/views/", Views.as_view(), name="views"),
    path("rows/bulk/", Bulk.as_view(), name="bulk"),
    path("<slug:slug>/high-availability/", HighAvailability.as_view(), name="high_availability"),
    path("<slug:slug>/high-availability/part/", HighAvailabilityPart.as_view(), name="high_availability_part"),
    path("<slug:slug>/high-availability/past/", PastPart.as_view(), name="past_part"),
    path("<slug:slug>/high-availability/adviser/", Adviser.as_view(), name="adviser"),
    path("<slug:slug>/high-availability/drill/", Drill.as_view(), name="drill"),
    path("<slug:slug>/high-availability/switch/", Switching.as_view(), name="switch"),
    path("<slug:slug>/high-availability/pause/", Pausing.as_view(), name="pause"),
    path("<slug:slug>/high-availability/resume/", Resuming.as_view(), name="resume"),
    path("<slug:slug>/high-availability/acknowledge/", Acknowledging.as_view(), name="acknowledge"),
    path("<slug:slug>/high-availability/confirm/", Confirming.as_view(), name="confirm"),
    path("<slug:slug>/high-availability/schedule/", Scheduling.as_view(), name="schedule"),
    path("<slug:slug>/high-availability/cancel/", Cancelling.as_view(), name="cancel"),
]
