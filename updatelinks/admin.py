"""Update links in the Django admin."""

from django.contrib import admin
from django.http import HttpRequest

from common.admin import DistinctAdmin
from updatelinks import services
from updatelinks.models import UpdateLink


@admin.register(UpdateLink)
class UpdateLinkAdmin(DistinctAdmin):
    """The links of all domains."""

    list_display = ["version", "component", "domain", "private_url", "public_url"]
    list_filter = ["component", ("domain", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["component", "domain"]
    search_fields = ["version", "private_url", "public_url", "component__name", "domain__name"]

    def save_model(self, request: HttpRequest, obj: UpdateLink, form: object, change: bool) -> None:
        services.save_link(link=obj)

    def delete_model(self, request: HttpRequest, obj: UpdateLink) -> None:
        services.delete_link(link=obj)
