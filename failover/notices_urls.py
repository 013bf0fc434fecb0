"""What subscribers were told."""

from django.urls import path

from failover.views.notices import Notices, Retry

app_name = "notices"

urlpatterns = [
    path("", Notices.as_view(), name="list"),
    path("<int:pk>/retry/", Retry.as_view(), name="retry"),
]
