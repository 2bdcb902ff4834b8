"""Raising a crisis: idempotent, in the person's own transaction, with clocks, assignments and a fallback."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.identity.models import Assignment
from anxin.kernel.errors import ProgrammingError
from anxin.safety.models import Crisis, CrisisEvent
from anxin.safety.services import duty_covered, raise_crisis


@pytest.fixture
def on_duty(agency_person: Callable[..., Any], shift: Callable[..., Any]) -> Any:
    helper = agency_person("helper")
    shift(helper)
    return helper


def test_a_crisis_is_recorded_once_with_its_clocks(
    as_person: Callable[..., Any], person: Callable[..., Any], on_duty: Any
) -> None:
    worker = person()
    with as_person(worker) as ctx:
        first = raise_crisis(ctx, person_id=worker.id, level=3, source="assessments.phq9.9", key="sheet.9")
        again = raise_crisis(ctx, person_id=worker.id, level=3, source="assessments.phq9.9", key="sheet.9")
        assert first.id == again.id
        assert first.acknowledge_by - first.raised_at == timedelta(minutes=15)
        assert first.contact_by - first.raised_at == timedelta(minutes=60)
        assert not first.uncovered
        kinds = list(ctx.db.scalars(sa.select(CrisisEvent.kind).order_by(CrisisEvent.id)))
        assert kinds == ["raised", "alerted"]
        assert ctx.db.scalars(sa.select(Assignment.helper_id)).all() == [on_duty.id]
