"""What the API answers, as its OpenAPI document describes it."""

from datetime import datetime
from enum import StrEnum

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from dialrules.routing import Action, RouteReason
from updatelinks.networks import Network, Place
from updatelinks.selection import Remedy, Step
from versioncontrol.admission import Decision, Mode, Reason, Unlisted
from versioncontrol.linting import Code


class ServerRole(StrEnum):
    """Which of a domain's two servers."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class NamingService(Schema):
    """Where the CORBA naming service of a server listens."""

    host: str = Field(description="Host name, IPv4 address, or IPv6 address in brackets.")
    port: int


class Active(Schema):
    """Which server of a domain is active."""

    domain: str = Field(description="The domain's slug.")
    active_role: ServerRole
    epoch: int = Field(
        description="Grows by one with every switch. Refuse what carries a lower one than you have seen."
    )
    naming_service: NamingService
    web: str | None = Field(
        description="Where the active server's pages are reached from the caller's network, as name or name:port; "
        "null when there is no such address."
    )
    network: Network = Field(
        description="On which side `web` is: an outsourced domain shows its private side to the company only."
    )


class MatchedRule(Schema):
    """The dial rule that diverts a call."""

    name: str
    pattern: str


class Route(Schema):
    """What becomes of a call."""

    action: Action
    reason: RouteReason
    uri: str | None = Field(description="Where the call goes when it is diverted; null otherwise.")
    rule: MatchedRule | None
    domain: str
    direction: str
    number: str = Field(description="The number as rules see it: without blanks, dashes, dots, slashes, parentheses.")
    emergency: bool
    message: str


class AnonymousContact(Schema):
    """The identifier of a contact without a caller number."""

    identifier: str = Field(
        description="A UUID. Of version 7 and used for no other contact, ever, when the domain's Unique Anonymous "
        "is on; otherwise the domain's one identifier, of version 5."
    )
    unique: bool
    domain: str


class OfferedUpdate(Schema):
    """The one update to install."""

    version: str
    url: str
    network: Network
    required: bool = Field(description="Whether the caller may not connect without it.")


class Admission(Schema):
    """Whether a version may connect."""

    decision: Decision
    reason: Reason
    domain: str
    component: str = Field(description="The component's name as the catalogue has it.")
    version: str
    matched_rule: str | None = Field(description="The rule that admits the version.")
    accepted: list[str] = Field(description="The rules of the component: what is accepted.")
    enforce_at: datetime | None = Field(description="From when a warned caller will be denied, if that is known.")
    update: OfferedUpdate | None
    remedy: Remedy
    message: str = Field(description="The same for people.")
    revision: int = Field(description="Grows with every change that can change an answer.")
    recheck_after: int = Field(description="Seconds after which to ask again.")


class RuleStep(Schema):
    """A rule, and whether it admits the version."""

    pattern: str
    matches: bool


class LinkStep(Schema):
    """An update link, and at which step it was dropped, or that it is offered."""

    version: str
    step: Step


class Explanation(Schema):
    """Why a decision is what it is."""

    decision: Decision
    reason: Reason
    message: str
    place: Place = Field(description="Where the caller is, by its address.")
    networks: list[Network] = Field(description="Whose URLs the caller may be given, the better one first.")
    rules: list[RuleStep]
    links: list[LinkStep]
    revision: int


class FleetRow(Schema):
    """A version of a component that was seen."""

    component: str
    version: str
    network: Network = Field(description="From where it was seen.")
    agents: int
    checks: int = Field(description="How often it asked; may miss some.")
    first_seen: datetime
    last_seen: datetime
    decision: Decision = Field(description="The decision of now.")
    reason: Reason


class Fleet(Schema):
    """Who runs what."""

    domain: str
    days: int
    versions: list[FleetRow]


class Proposed(Schema):
    """Part of a proposal: a member with a misspelt name is refused, or it would change nothing without a word."""

    model_config = ConfigDict(extra="forbid")


class ProposedLink(Proposed):
    """An update link as it would be; at least one of the URLs is given."""

    version: str = Field(examples=["10.2.10"])
    private_url: str = Field("", examples=["https://sw.corp.example/10.2.10"])
    public_url: str = Field("", examples=["https://dl.example.com/10.2.10"])


class ProposedComponent(Proposed):
    """A component as it would be. What is left out, or null, stays as it is."""

    component: str = Field(examples=["Agent Application"])
    rules: list[str] | None = Field(
        None,
        max_length=200,
        description="All rules of the component; an empty list takes them away.",
        examples=[["10.2.*"]],
    )
    links: list[ProposedLink] | None = Field(None, max_length=200, description="All its update links.")
    mode: Mode | None = None
    enforce_at: AwareDatetime | None = Field(None, description="With the mode enforce: from when it is enforced.")


class Proposal(Proposed):
    """A change to be tried."""

    days: int = Field(14, ge=1, le=90, description="Who was seen in so many days.")
    unlisted: Unlisted | None = Field(None, description="What holds for components without rules.")
    components: list[ProposedComponent] = Field(
        [], max_length=100, description="With at most 500 rules and links in all."
    )
    acknowledged: list[Code] | None = Field(
        None,
        max_length=len(Code),
        description="The warnings that you set aside. Where this is given, also empty, any other warning is refused as "
        "saving would refuse it; left out, all are only told.",
        examples=[["locks-out"]],
    )


class Judged(Schema):
    """A decision."""

    decision: Decision
    reason: Reason


class Changed(Schema):
    """A version that was seen, now and then."""

    component: str
    version: str
    network: Network
    agents: int
    last_seen: datetime
    now: Judged
    then: Judged
    newly_denied: bool
    denied_at_once: bool = Field(description="It may connect at this moment, and may not once the change is saved.")
    newly_allowed: bool
    stranded: bool = Field(description="It is denied then, and no update helps.")


class PatternOf(Schema):
    """A rule."""

    component: str
    pattern: str


class Shadowed(PatternOf):
    """A rule that admits nothing of its own."""

    by: str = Field(description="The rule that admits all of it.")


class Warned(Schema):
    """What is to be acknowledged before such a change is saved."""

    component: str
    pattern: str | None = Field(description="The new rule that it is about; null when it is about the change.")
    code: Code
    sentence: str = Field(description="The same for people.")
    better: list[str] = Field(description="What to write instead of the pattern, and beside it; often nothing.")


class DryRun(Schema):
    """What the change would do; the four numbers count agents."""

    domain: str
    days: int
    newly_denied: int
    denied_at_once: int
    newly_allowed: int
    stranded: int
    versions: list[Changed]
    unused: list[PatternOf] = Field(description="Rules that match nothing that was seen.")
    shadowed: list[Shadowed]
    warnings: list[Warned]
