"""The rules every plugin keeps."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from anxin.plugin import new_id
from anxin.testing import PluginContract
from anxin_hotline.calls import Call, Caller
from anxin_hotline.models import Line


class TestContract(PluginContract):
    plugin = "hotline"

    def rows(self, ctx: Any, person_id: UUID) -> Mapping[str, UUID]:
        line = ctx.add(Line(name="热线", hours={}, closed_days=[], seats=1))
        caller = ctx.add(Caller(id=new_id()))
        ctx.db.flush()
        call = ctx.add(
            Call(id=new_id(), token="abcdefgh", line_id=line.id, caller_id=caller.id, state="live")
        )
        ctx.db.flush()
        return {"line": line.id, "caller": caller.id, "call": call.id}
