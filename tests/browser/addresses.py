"""Every page of the console that a browser is sent to: the tests of pages walk them, and so do the pictures."""

HOME = "/infrastructure/application-servers/"
DOMAIN = f"{HOME}budapest-east/"
# What puts a fleet there, with so many versions; for `manage.py shell -c`.
FLEET = """
from appservers.models import Domain
from versioncontrol.testing import seed_fleet
seed_fleet(Domain.objects.get(slug="budapest-east"), {versions})
"""
EMPTY = {
    "overview, empty": "/",
    "wallboard, empty": "/wallboard/",
    "list, empty": HOME,
    "import": f"{HOME}import/",
    "export": f"{HOME}export/",
    "form, empty": f"{HOME}new/",  # the last one: tests go on from it
}
FULL = {
    "overview": "/",
    "wallboard": "/wallboard/",
    "alarms": "/maintenance/alarms/",
    "alarms that are over": "/maintenance/alarms/?show=over",
    "nothing to acknowledge": "/maintenance/alarms/acknowledge/?alarm=1",
    "list": HOME,
    "nothing found": f"{HOME}?q=nowhere",
    "list, filtered": f"{HOME}?state=nonsense&active=primary&sort=name&columns=primary,epoch",
    "saved views": f"{HOME}rows/views/",
    "none selected": f"{HOME}rows/bulk/?do=delete",
    "properties": DOMAIN,
    "edit": f"{DOMAIN}edit/",
    "delete": f"{DOMAIN}delete/",
    "high availability": f"{DOMAIN}high-availability/",
    "switch": f"{DOMAIN}high-availability/switch/",
    "pause": f"{DOMAIN}high-availability/pause/",
    "schedule": f"{DOMAIN}high-availability/schedule/",
    "version control": f"{DOMAIN}version-control/",
    "new version": f"{DOMAIN}version-control/new/",
    "new version, filled in": f"{DOMAIN}version-control/new/?component=1&pattern=10.2*",
    "version tried": f"{DOMAIN}version-control/?component=1&version=10.2",
    "mode": f"{DOMAIN}version-control/mode/1/",
    "components without rules": f"{DOMAIN}version-control/unlisted/",
    "break the glass": f"{DOMAIN}version-control/break-glass/",
    "enforce again": f"{DOMAIN}version-control/break-glass/end/",
    "copy rules": f"{DOMAIN}version-control/copy/",
    "fleet": f"{DOMAIN}version-control/fleet/",
    "update links": f"{DOMAIN}update-links/",
    "new update link": f"{DOMAIN}update-links/new/",
    "audit trail": "/maintenance/audit/",
    "audit trail, nothing found": "/maintenance/audit/?who=nobody-here",
    "monitors": "/maintenance/monitors/",
    "emergency": f"{DOMAIN}emergency/",
    "dial rules": "/infrastructure/dial-rules/",
    "dial rules of a domain": "/infrastructure/dial-rules/?domain=budapest-east",
    "new dial rule": "/infrastructure/dial-rules/new/?domain=budapest-east",
    "documentation of the API": "/api/v1/docs",
    "API tokens": "/access/api-tokens/",
    "new API token": "/access/api-tokens/new/",
    "notices": "/maintenance/notices/",
    "notices, nothing found": "/maintenance/notices/?state=dead",
    "subscribers": "/maintenance/subscribers/",
    "new subscriber": "/maintenance/subscribers/new/",
    "password": "/accounts/password/",
}
