"""What the services refuse; the codes are those of the API. A duplicate rule is a distinct.Duplicate."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from common.distinct import Refused, Unacknowledged
from versioncontrol.linting import Warned
from versioncontrol.patterns import Unfit

DUPLICATE_RULE = "duplicate-rule"


class InvalidPattern(ValidationError):
    """The text is no pattern; `position` counts from 1, None when no single character is wrong."""

    code = "invalid-pattern"

    def __init__(self, unfit: Unfit) -> None:
        super().__init__({"pattern": ValidationError(str(unfit), code="invalid")})
        self.position = unfit.position


class AcknowledgementRequired(Unacknowledged):
    """There are warnings that the person has not acknowledged; acknowledged by their tokens, the change is made."""

    code = "acknowledgement-required"

    def __init__(self, warnings: Sequence[Warned]) -> None:
        sentences = " ".join(warned.sentence for warned in warnings)
        super().__init__(sentences, [warned.token for warned in warnings])
        self.warnings = tuple(warnings)


class NotPossible(Refused):
    """The change makes no sense as it is asked for; `field` is what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
