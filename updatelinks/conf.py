"""The networks of the settings, which have checked them."""

from django.conf import settings

from common.forwarded import parsed
from common.kept import until_settings_change
from updatelinks.networks import Networks


@until_settings_change
def networks() -> Networks:
    """Who is inside, and which proxies are declared."""
    lists = settings.CORPORATE_NETWORKS, settings.DMZ_PROXIES, settings.TRUSTED_PROXIES
    return Networks(*(parsed(tuple(words)) for words in lists))
