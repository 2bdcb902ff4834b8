"""The rules every plugin keeps."""

from anxin_wishes.models import Wish

from anxin.testing import PluginContract


class TestContract(PluginContract):
    plugin = "wishes"

    def rows(self, ctx, person_id):
        wish = Wish(person_id=person_id, state="open")
        ctx.seal(wish, "text", "theirs")
        return {"wish": ctx.add(wish).id}
