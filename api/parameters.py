"""Parameters that several endpoints take, as the document describes them."""

from typing import Annotated

from ninja import Path, Query

from updatelinks.networks import Network

BLANKS = r"[ \t\n\r\f\v]*"
VERSION = rf"^{BLANKS}[!-)+->@-~]([ -)+->@-~]{{0,62}}[!-)+->@-~])?{BLANKS}$"
SEPARATORS = r"[ \-./()]*"
NUMBER = rf"^{SEPARATORS}(\+{SEPARATORS}([0-9A-Za-z*#]{SEPARATORS}){{1,63}}|([0-9A-Za-z*#]{SEPARATORS}){{1,64}})$"

Slug = Annotated[str, Path(description="The domain's slug, as in the console's addresses.", examples=["budapest-east"])]
ComponentName = Annotated[
    str, Query(description="The component's name; capitals do not count.", examples=["Agent Application"])
]
# Told in the document, but held by our own code, whose sentences say how to mend what was sent.
PATTERNS = {"version": VERSION, "number": NUMBER}

Version = Annotated[
    str,
    Query(
        description="The version as the component reports it: printable ASCII, 1 to 64 characters, no `*` and no `?`. "
        "Blanks at both ends do not count.",
        examples=["10.1.7"],
    ),
]
Number = Annotated[
    str,
    Query(
        description="The called number: digits, letters, * and #, with + in front; at most 64. Blanks, dashes, dots, "
        "slashes and parentheses do not count. Write + as %2B and # as %23.",
        examples=["+3612345678"],
    ),
]
Side = Annotated[
    Network | None,
    Query(
        description="What you know of yourself. `public` is always honoured; `private` opens nothing that your address "
        "does not open.",
        examples=["public"],
    ),
]
Days = Annotated[int, Query(ge=1, le=90, description="Who was seen in so many days.", examples=[14])]
