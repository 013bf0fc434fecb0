"""What every answer to a page that refreshes itself tells about alarms."""

from django.http import HttpRequest

from alarms.selectors import tally_lately


def alarms(request: HttpRequest) -> dict[str, str]:
    """How many wait for somebody, for the side bar."""
    user = getattr(request, "user", None)
    if user is None or not user.has_perm("alarms.view_alarm"):
        return {}
    return {"Alarms": str(tally_lately().waiting)}
