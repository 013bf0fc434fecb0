"""The first page, and the one for a screen on the wall."""

from django.urls import path

from failover.views.home import Home, HomePart, States, Wallboard, WallboardPart

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("overview/part/", HomePart.as_view(), name="home_part"),
    path("states/", States.as_view(), name="states"),
    path("wallboard/", Wallboard.as_view(), name="wallboard"),
    path("wallboard/part/", WallboardPart.as_view(), name="wallboard_part"),
]
