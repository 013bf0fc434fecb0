"""The writes: update links."""

from common import distinct
from updatelinks.models import UpdateLink


def save_link(*, link: UpdateLink, seen: int | None = None) -> UpdateLink:
    """Create or change a link; see distinct.save for `seen` and for what it raises."""
    return distinct.save(link, seen)


def delete_link(*, link: UpdateLink) -> bool:
    """Delete a link; False when somebody else did so before."""
    return distinct.delete(link)
