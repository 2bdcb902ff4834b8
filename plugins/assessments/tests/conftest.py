"""Contexts of people, their consent, and a duty rota, for the tests of this plugin."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from anxin.consent.models import Consent
from anxin.identity.models import Assignment
from anxin.safety.models import DutyShift
from anxin_assessments.policy import SELF, SHARE


@pytest.fixture
def as_person(acting: Callable[..., Any]) -> Callable[..., Any]:
    """as_person(someone, "own", purpose=…): their context as behind the guard; commits at the end."""
    return partial(acting, plugin="assessments", purpose=SELF.name)


@pytest.fixture
def agree(scope: Callable[..., Any]) -> Callable[..., None]:
    """agree(someone, share=False, agreed=True): their present answer to the plugin's purposes."""

    def answer(someone: Any, *, share: bool = False, agreed: bool = True) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            for purpose in (SELF, SHARE) if share else (SELF,):
                found = ctx.scalars(
                    ctx.select(Consent).where(
                        Consent.person_id == someone.id, Consent.purpose == purpose.name
                    )
                ).first()
                row = found or Consent(person_id=someone.id, purpose=purpose.name)
                row.version, row.agreed, row.decided_at = purpose.version, agreed, ctx.now
                if found is None:
                    ctx.add(row)

    return answer


@pytest.fixture
def assign(scope: Callable[..., Any]) -> Callable[..., None]:
    """assign(helper, someone): the helper works with them."""

    def make(helper: Any, someone: Any) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.add(Assignment(person_id=someone.id, helper_id=helper.id, reason="request", since=ctx.now))

    return make


@pytest.fixture
def shift(scope: Callable[..., Any]) -> Callable[..., None]:
    """shift(helper, days=30): on duty from an hour ago."""

    def make(helper: Any, *, days: float = 30) -> None:
        with scope(helper.tenant) as ctx:
            ctx.unaudited("test set-up")
            begins = ctx.now - timedelta(hours=1)
            ctx.add(
                DutyShift(
                    person_id=helper.id, role="duty", starts_at=begins, ends_at=begins + timedelta(days=days)
                )
            )

    return make
