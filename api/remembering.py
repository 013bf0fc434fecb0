"""Decisions as bytes, remembered; and who asked for them."""

import json
from datetime import datetime

from api.deciding import Question, answer, described
from api.snapshot import Snapshot
from versioncontrol.sightings import Report, agent_id


def body_of(snapshot: Snapshot, question: Question, now: datetime) -> bytes:
    """The answer as JSON; the same question is answered from memory while its answer holds."""
    answers = snapshot.answers(now)
    body = answers.known.get(question.key)
    if body is None:
        body = json.dumps(described(question, answer(question, now), snapshot), ensure_ascii=False).encode()
        answers.keep(question.key, body)
    return body


def report_of(question: Question, agent: str, now: datetime) -> Report:
    """That an agent asked."""
    return Report(
        domain=question.site.key,
        component=question.component.key,
        version=question.version,
        network=question.networks[0],
        at=now,
        agent=agent_id(agent),
    )
