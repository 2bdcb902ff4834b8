"""The employee's own side: asking for a call, and the thanks."""

from flask.typing import ResponseReturnValue

from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.safety import asking, words
from anxin.safety.blueprint import bp
from anxin.safety.permissions import CRISIS
from anxin.web.pages import page


@bp.get("/contact")
@guard(SIGNED_IN, purpose=CRISIS)
def contact(ctx: Ctx) -> ResponseReturnValue:
    """What happens when you ask, before you do."""
    hours = ctx.settings_of("safety")["contact_hours_answer"]
    return page("safety/contact.html", hours=hours, has_phone=asking.has_phone(ctx))


@bp.post("/contact")
@guard(SIGNED_IN, purpose=CRISIS)
def ask_contact(ctx: Ctx) -> ResponseReturnValue:
    crisis = asking.ask_contact(ctx)
    by = words.at(ctx, crisis.contact_by)
    return page("safety/contact_asked.html", by=by, has_phone=asking.has_phone(ctx))
