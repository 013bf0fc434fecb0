"""The audit trail."""

from django.urls import path

from audit.views import AuditFile, AuditTrail, Restore

app_name = "audit"

urlpatterns = [
    path("", AuditTrail.as_view(), name="list"),
    path("<slug:kind>/<int:pk>/restore/", Restore.as_view(), name="restore"),
    path("csv/", AuditFile.as_view(), name="csv"),
]
