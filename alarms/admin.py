"""Alarms and certificates in the Django admin: to look up, never to change."""

from django.contrib import admin

from alarms.models import Alarm, Certificate
from common.admin import ReadOnlyAdmin


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """What was or is amiss, and who cared."""

    list_display = ["kind", "domain_name", "subject", "priority", "raised_at", "cleared_at", "acknowledged_by"]
    list_filter = ["kind", "priority", ("cleared_at", admin.EmptyFieldListFilter)]
    search_fields = ["domain_name", "subject", "sentence", "acknowledged_by"]
    date_hierarchy = "raised_at"


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """Until when the certificates of web FQDNs hold, as last seen."""

    list_display = ["endpoint", "expires_at", "error", "checked_at"]
    search_fields = ["endpoint", "error"]
