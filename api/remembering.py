"""Decisions as bytes, remembered."""

import json
from datetime import datetime

from api.deciding import Question, answer, described
from api.snapshot import Snapshot


def body_of(snapshot: Snapshot, question: Question, now: datetime) -> bytes:
    """The answer as JSON; the same question is answered from memory while its answer holds."""
    bodies = snapshot.answers(now).bodies
    body = bodies.known.get(question.key)
    if body is None:
        body = json.dumps(described(question, answer(question, now), snapshot), ensure_ascii=False).encode()
        bodies.keep(question.key, body, len(body))
    return body
