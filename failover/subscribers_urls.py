"""Who is told."""

from django.urls import path

from failover.views import subscribers

app_name = "subscribers"

urlpatterns = [
    path("", subscribers.Subscribers.as_view(), name="list"),
    path("new/", subscribers.New.as_view(), name="new"),
    path("<int:pk>/edit/", subscribers.Edit.as_view(), name="edit"),
    path("<int:pk>/delete/", subscribers.Delete.as_view(), name="delete"),
    path("<int:pk>/renew/", subscribers.Renew.as_view(), name="renew"),
    path("<int:pk>/try/", subscribers.Try.as_view(), name="try"),
]
