"""System checks of the environment: what was set for an earlier version and is read no more."""

import os
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, register

# The former name -> what to do instead.
FORMER = {
    "TRUST_X_FORWARDED_FOR": "Set TRUSTED_PROXIES to the addresses of the proxies whose X-Forwarded-For is to be "
    "believed, and unset it. Until then all clients behind a proxy share its address, and so its limits.",
}


@register
def check_former_names(**_: Any) -> list[CheckMessage]:
    """Nobody goes on to believe that such a variable does something."""
    return [
        checks.Warning(f"{name} is set, but this version does not read it.", hint=advice, id="common.W001")
        for name, advice in FORMER.items()
        if os.environ.get(name) or os.environ.get(f"{name}_FILE")
    ]
