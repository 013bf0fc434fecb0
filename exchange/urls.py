"""Import and export, beside the domains' addresses; appservers reserves the two words."""

from django.urls import path

from exchange.views import Export, Import

app_name = "exchange"

urlpatterns = [
    path("import/", Import.as_view(), name="import"),
    path("export/", Export.as_view(), name="export"),
]
