"""What raises an alarm: how pressing it is, what it means, what to do. docs/operations.md has the same table."""

from dataclasses import dataclass

from django.db import models

from common.status import Look, Tone


class Priority(models.IntegerChoices):
    """How pressing it is; the smallest number comes first."""

    CRITICAL = 1, "Critical"
    HIGH = 2, "High"
    WARNING = 3, "Warning"


class Kind(models.TextChoices):
    """What is amiss."""

    NO_LEADER = "no_leader", "No monitor leads"
    WENT_BACK = "went_back", "The database went back"
    EXPOSED = "exposed", "Exposed"
    HELD = "held", "Held"
    FLAPPING = "flapping", "Flapping"
    DISAGREEMENT = "disagreement", "Monitors disagree"
    MONITOR_SILENT = "monitor_silent", "Monitor silent"
    MONITOR_LATE = "monitor_late", "Monitor late"
    CLOCK_AHEAD = "clock_ahead", "Clock ahead"
    UNRESOLVED = "unresolved", "Name does not resolve"
    CERTIFICATE_EXPIRED = "certificate_expired", "Certificate expired"
    STRANDED = "stranded", "Agents stranded"
    CERTIFICATE_EXPIRING = "certificate_expiring", "Certificate expires soon"


@dataclass(frozen=True, slots=True)
class Hint:
    """For whoever sees the alarm for the first time, at three in the morning."""

    priority: Priority
    means: str
    do: str
    remains: str = ""  # what stays until somebody says a word elsewhere, whoever acknowledged the alarm


HINTS = {
    Kind.NO_LEADER: Hint(
        Priority.CRITICAL,
        "Nothing is checked and nothing switches by itself, in any domain.",
        "Start a monitor (manage.py failover run), or find out in its log why it ended or does not reach the database. "
        "A switch by hand works meanwhile.",
    ),
    Kind.WENT_BACK: Hint(
        Priority.CRITICAL,
        "The database shows an older state than was seen before, so it is not certain which server is active.",
        "Find out which server clients use now, and confirm it on the domain's High Availability page.",
        "A domain whose database went back stays held until somebody confirms its active server on its High "
        "Availability page.",
    ),
    Kind.EXPOSED: Hint(
        Priority.CRITICAL,
        "The active server is out and there is no other one: the site is dark.",
        "Bring the server back. Register a secondary server, so that the next outage is no standstill.",
    ),
    Kind.HELD: Hint(
        Priority.CRITICAL,
        "The active server is out, and something keeps the other one from taking over: the site is dark.",
        "The sentence says what. Bring either server back, end the pause, or switch by hand if you know better.",
    ),
    Kind.FLAPPING: Hint(
        Priority.HIGH,
        "Three switches by themselves within an hour: nothing switches by itself until somebody looked.",
        "Find out why the servers fail in turn, then acknowledge it on the domain's High Availability page.",
        "A domain that flaps stays held until somebody acknowledges the flapping on its High Availability page.",
    ),
    Kind.DISAGREEMENT: Hint(
        Priority.HIGH,
        "One monitor has seen the server down for a minute while another sees it up: a network is cut between some "
        "of them.",
        "Look at the network between the monitor that does not reach the server and the server. A switch may be held "
        "for want of a majority.",
    ),
    Kind.MONITOR_SILENT: Hint(
        Priority.HIGH,
        "A monitor ended without a word. While others run, one of them leads; with one fewer there is less to fall "
        "back on.",
        "Start it again, or look at its machine, its log and its way to the database.",
    ),
    Kind.MONITOR_LATE: Hint(
        Priority.HIGH,
        "Checks start late, and a failover as much later.",
        "Give its machine less to do or more processors, or check less often (FAILOVER_PERIOD).",
    ),
    Kind.CLOCK_AHEAD: Hint(
        Priority.HIGH,
        "Two machines disagree on the time by seconds, so nobody can tell whether this monitor lives.",
        "Set the clocks of all machines, for example by NTP.",
    ),
    Kind.UNRESOLVED: Hint(
        Priority.HIGH,
        "A server's name does not resolve. While old addresses are known they stay in use; without any it cannot be "
        "checked, and nothing switches to it or away from it.",
        "Correct the name in the domain's form or in DNS. manage.py failover check says what the monitor's machine "
        "sees.",
    ),
    Kind.CERTIFICATE_EXPIRED: Hint(
        Priority.HIGH,
        "Browsers and agents refuse or warn at this address.",
        "Renew the certificate on that web server. It is looked at again within a day, or at once by Check now on the "
        "domain's Properties page.",
    ),
    Kind.STRANDED: Hint(
        Priority.HIGH,
        "Agents seen lately run a version that the rules refuse, and no update link leads them to one that is "
        "admitted: they cannot work and cannot help themselves.",
        "Admit the version for now, or add an update link to an admitted one. Version Control of the domain shows "
        "whom.",
    ),
    Kind.CERTIFICATE_EXPIRING: Hint(
        Priority.WARNING,
        "Soon browsers and agents will refuse this address.",
        "Renew the certificate on that web server before it expires.",
    ),
}
LOOKS = {
    Priority.CRITICAL: Look(Tone.BAD, "exclamation-octagon-fill", "Critical"),
    Priority.HIGH: Look(Tone.WARN, "exclamation-triangle-fill", "High"),
    Priority.WARNING: Look(Tone.WARN, "info-circle", "Warning"),
}
