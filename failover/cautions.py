"""What a change of a domain's configuration would bring about at once; asked before it is saved.

FAILOVER.md section 3, changes under a countdown.
"""

from datetime import datetime

from appservers.models import Domain, Role
from failover.decision import OUT, Code
from failover.models import Countdown, Standing
from failover.pausing import open_pause
from failover.selectors import leading_monitor

SOON = 10.0  # seconds


def switches_soon(stored: Domain, wanted: Domain, now: datetime) -> str:
    """Why the change would switch within seconds; empty when it would not, or when that is due already."""
    standing = Standing.objects.filter(domain=stored).first()
    if standing is None or standing.state not in OUT or not wanted.automatic_failover:
        return ""
    if leading_monitor(now) is None or open_pause(stored, now) is not None:
        return ""
    times = 2 if standing.code == Code.MASS_OUTAGE else 1  # that guard takes one more interval
    before, after = (times * domain.auto_failover_interval.total_seconds() for domain in (stored, wanted))
    counted = _counted(stored, standing, before, now)
    due_already = stored.automatic_failover and before - counted <= SOON
    if due_already or after - counted > SOON:
        return ""
    role = Role(stored.active_role).label
    return (
        f"This switches within seconds: {role} is out, {counted:.0f} s are counted, "
        f"and it would take {after:.0f} s. {standing.forecast}"
    ).strip()


def _counted(stored: Domain, standing: Standing, limit: float, now: datetime) -> float:
    """Seconds of the outage that count, rather too many than too few."""
    if not stored.automatic_failover:
        return 0.0
    if standing.switch_at is not None:
        return max(0.0, limit - (standing.switch_at - now).total_seconds())
    wait = Countdown.objects.filter(domain=stored, ended_at=None).first()
    return (now - (standing.since if wait is None else wait.outage_at)).total_seconds()
