"""Every page of the console that a browser is sent to: the tests of pages walk them, and so do the pictures."""

HOME = "/infrastructure/application-servers/"
DOMAIN = f"{HOME}budapest-east/"
TROUBLED = f"{HOME}graz/"
KEY = 9001  # of every row that is seeded
# What puts a fleet there, with so many versions, and beside it a domain that waits for a person's word, with a row of
# everything that has a page of its own; for `manage.py shell -c`.
SEED = """
from alarms.kinds import Kind
from alarms.testing import AlarmFactory
from api.models import ApiToken
from appservers.models import Domain
from appservers.testing import pair
from dialrules.testing import DialRuleFactory
from django.db import transaction
from failover.models import HoldKind
from failover.testing import HoldFactory, PauseFactory, ScheduledSwitchFactory, SubscriberFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.testing import VersionRuleFactory, seed_fleet
with transaction.atomic():  # a monitor watches, and raises alarms of its own
    seed_fleet(Domain.objects.get(slug="budapest-east"), {versions})
    graz = pair(name="Graz", slug="graz")
    AlarmFactory.create(pk=9001, kind=Kind.FLAPPING, subject=str(graz.pk), domain=graz, domain_name=graz.name)
    for kind in HoldKind:
        HoldFactory.create(domain=graz, kind=kind)
    PauseFactory.create(domain=graz)
    ScheduledSwitchFactory.create(domain=graz)
    for factory in (VersionRuleFactory, UpdateLinkFactory, DialRuleFactory):
        factory.create(pk=9001, domain=graz)
    SubscriberFactory.create(pk=9001, enabled=False)
    ApiToken.objects.create(
        pk=9001, name="Agents", prefix="seeded01", digest="-", scopes="components", created_by_name="a"
    )
"""
EMPTY = {
    "overview, empty": "/",
    "wallboard, empty": "/wallboard/",
    "list, empty": HOME,
    "import": f"{HOME}import/",
    "export": f"{HOME}export/",
    "form, empty": f"{HOME}new/",  # the last one: tests go on from it
}
# Where so much is amiss that the page goes on changing while it is looked at.
UNQUIET = {
    "list, held": f"{HOME}?state=attention",
    "high availability, held": f"{TROUBLED}high-availability/",
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
    "alarms, some": "/maintenance/alarms/?kind=flapping",
    "acknowledge an alarm": f"/maintenance/alarms/acknowledge/?alarm={KEY}",
    "acknowledge flapping": f"{TROUBLED}high-availability/acknowledge/",
    "confirm the active server": f"{TROUBLED}high-availability/confirm/",
    "resume": f"{TROUBLED}high-availability/resume/",
    "cancel": f"{TROUBLED}high-availability/cancel/",
    "drill": f"{DOMAIN}high-availability/drill/",
    "interval adviser": f"{DOMAIN}high-availability/adviser/",
    "edit version": f"{TROUBLED}version-control/{KEY}/edit/",
    "delete version": f"{TROUBLED}version-control/{KEY}/delete/",
    "edit update link": f"{TROUBLED}update-links/{KEY}/edit/",
    "delete update link": f"{TROUBLED}update-links/{KEY}/delete/",
    "edit dial rule": f"/infrastructure/dial-rules/{KEY}/edit/",
    "delete dial rule": f"/infrastructure/dial-rules/{KEY}/delete/",
    "revoke API token": f"/access/api-tokens/{KEY}/revoke/",
    "edit subscriber": f"/maintenance/subscribers/{KEY}/edit/",
    "delete subscriber": f"/maintenance/subscribers/{KEY}/delete/",
    "new secret": f"/maintenance/subscribers/{KEY}/renew/",
}
