"""Dial rules of all domains, and the emergency of one."""

from django.urls import path

from dialrules.views.emergency import Declare, EmergencyPage, End
from dialrules.views.rules import Delete, Edit, Enable, List, Move, New

app_name = "dialrules"

EMERGENCY = "application-servers/<slug:slug>/emergency/"

urlpatterns = [
    path("dial-rules/", List.as_view(), name="list"),
    path("dial-rules/new/", New.as_view(), name="new"),
    path("dial-rules/<int:pk>/edit/", Edit.as_view(), name="edit"),
    path("dial-rules/<int:pk>/delete/", Delete.as_view(), name="delete"),
    path("dial-rules/<int:pk>/move/", Move.as_view(), name="move"),
    path("dial-rules/<int:pk>/enable/", Enable.as_view(), name="enable"),
    path(EMERGENCY, EmergencyPage.as_view(), name="emergency"),
    path(f"{EMERGENCY}declare/", Declare.as_view(), name="declare"),
    path(f"{EMERGENCY}end/", End.as_view(), name="end"),
]
