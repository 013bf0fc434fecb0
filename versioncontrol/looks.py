"""How decisions look and what their reasons say, on every page alike."""

from django.utils import timezone
from django.utils.formats import date_format

from common.status import Look, Tone
from versioncontrol.admission import Decision, Mode, Reason, Verdict

DECISIONS = {
    Decision.ALLOW: Look(Tone.OK, "check-lg", "May connect", "A rule admits it, or the component needs none."),
    Decision.WARN: Look(
        Tone.WARN, "exclamation-triangle-fill", "Warned", "No rule admits it; it connects and is warned."
    ),
    Decision.DENY: Look(Tone.BAD, "x-lg", "Denied", "No rule admits it, and it may not connect."),
}
STRANDED = Look(Tone.BAD, "slash-circle", "Stranded", "Denied, and no update link leads to a version that is admitted.")
ENFORCED = Look(Tone.OK, "shield-lock", "Enforced", "What no rule admits is denied.", "enforced")
WARNED_ONLY = Look(Tone.WARN, "exclamation-triangle-fill", "Warn only", "What no rule admits connects and is warned.")
ENFORCED_LATER = Look(
    Tone.WARN, "hourglass-split", "Enforced from", "Until then what no rule admits connects and is warned.", "later"
)

REASONS = {
    Reason.RULE_MATCHED: "The rule {rule} admits it.",
    Reason.NO_RULES: "This component has no rules, and components without rules may connect in every version.",
    Reason.NO_RULE_MATCHED: "None of the component's rules admits it.",
    Reason.NOT_YET_ENFORCED: "No rule admits it. It may connect until {at}, and is denied from then on.",
    Reason.WARN_ONLY: "No rule admits it. It may connect, because this component is warned only.",
    Reason.BREAK_GLASS: "No rule admits it. It may connect until {at}, because the glass is broken.",
    Reason.UNLISTED_DENIED: "This component has no rules, and components without rules may not connect.",
}


def sentence(verdict: Verdict) -> str:
    """Why, for people."""
    at = date_format(timezone.localtime(verdict.enforce_at), "Y-m-d H:i") if verdict.enforce_at else ""
    return REASONS[verdict.reason].format(rule=verdict.matched_rule, at=at)


def mode(mode: Mode, enforced: bool, at: object) -> Look:
    """How a component's mode looks; `at` is the date from which it is enforced, if there is one."""
    if mode is Mode.WARN:
        return WARNED_ONLY
    return ENFORCED if enforced or at is None else ENFORCED_LATER
