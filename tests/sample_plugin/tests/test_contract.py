"""The rules every plugin keeps."""

from anxin.testing import PluginContract
from anxin_wishes.models import Wish


class TestContract(PluginContract):
    plugin = "wishes"

    def rows(self, ctx, person_id):
        wish = Wish(person_id=person_id, state="open")
        ctx.seal(wish, "text", "theirs")
        return {"wish": ctx.add(wish).id}
