"""The rules every plugin keeps."""

from anxin.testing import PluginContract
from anxin_plugname.models import Thing


class TestContract(PluginContract):
    plugin = "plugname"

    def rows(self, ctx, person_id):
        thing = Thing(person_id=person_id)
        ctx.seal(thing, "text", "theirs")
        return {"thing": ctx.add(thing).id}
