"""API of the contracts room: the same services as its pages, from the same side."""

from typing import Any
from uuid import UUID

from anxin.contracts import closing, content, papers, queue, rollups, services, staff, statements
from anxin.contracts.permissions import MANAGE, PUBLISH, READ, READ_ROLLUPS, SIGN
from anxin.contracts.schemas import (
    ContentInput,
    ContractOut,
    DraftInput,
    EndInput,
    FigureOut,
    MonthInput,
    PaperInput,
    PaperOut,
    RollupOut,
    SignInput,
    StaffInput,
    StaffOut,
    StatementOut,
    StepInput,
    WaitingOut,
)
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound
from anxin.kernel.guard import SIGNED_IN, guard

bp = ApiBlueprint(
    "contracts", __name__, core=True, description="Service contracts, statements, figures for the union above"
)


def _out(ctx: Ctx, contract_id: UUID) -> dict[str, Any]:
    ctx.db.expire_all()
    found = services.shown(ctx, contract_id)
    row = found.contract
    return {
        "id": row.id,
        "number": row.number,
        "other": found.other.slug,
        "side": found.side,
        "state": row.state,
        "content": found.content,
        "proposed": found.proposed,
        "steps": found.steps,
    }


@bp.get("/")
@guard(READ)
@bp.response(200, ContractOut(many=True))
def contracts(ctx: Ctx) -> Any:
    """The contracts of this party, those in force first."""
    side = services.side_of(ctx)
    return [
        {
            "id": row.id,
            "number": row.number,
            "other": other.slug,
            "side": side,
            "state": row.state,
            "content": content.of(row),
            "proposed": proposed,
        }
        for row, other, proposed in services.listed(ctx)
    ]


@bp.post("/")
@guard(MANAGE)
@bp.arguments(DraftInput)
@bp.response(201, ContractOut)
def draft(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Draft a contract with the party of this short name. It counts when both have signed."""
    made = services.draft(ctx, data.pop("other"), data.pop("number"), data)
    ctx.db.flush()
    return _out(ctx, made)


@bp.get("/waiting")
@guard(SIGNED_IN)
@bp.response(200, WaitingOut(many=True))
def waiting(ctx: Ctx) -> Any:
    """An agency's people: what waits for them over all employers, the worst clock first. No names."""
    if ctx.tenant.kind != "agency":
        raise NotFound()
    return [
        {
            "employer": one.served.employer.slug,
            "contract": one.served.contract.id,
            "kind": one.item.kind,
            "title": str(one.item.title),
            "href": one.item.href,
            "since": one.item.since,
            "due": one.due,
            "late": one.late(ctx.now),
        }
        for one in queue.worst_first(ctx, queue.desks(ctx))
    ]


@bp.get("/<uuid:contract>")
@guard(READ)
@bp.response(200, ContractOut)
def contract(ctx: Ctx, contract: UUID) -> Any:
    """One contract: what holds, what is proposed, what is to be done after its end."""
    return _out(ctx, contract)


@bp.put("/<uuid:contract>/wording")
@guard(MANAGE)
@bp.arguments(ContentInput)
@bp.response(200, ContractOut)
def propose(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """Word it anew: the open proposal, or an amendment. Signatures on an open proposal are gone."""
    services.propose(ctx, contract, data)
    ctx.db.flush()
    return _out(ctx, contract)


@bp.delete("/<uuid:contract>/wording")
@guard(MANAGE)
@bp.response(200, ContractOut)
def withdraw(ctx: Ctx, contract: UUID) -> Any:
    """Withdraw the open proposal."""
    services.withdraw(ctx, contract)
    ctx.db.flush()
    return _out(ctx, contract)


@bp.post("/<uuid:contract>/signature")
@guard(SIGN)
@bp.arguments(SignInput)
@bp.response(200, ContractOut)
def sign(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """Sign the open proposal for this side, exactly as read: `digest` names its content."""
    services.sign(ctx, contract, data["digest"])
    ctx.db.flush()
    return _out(ctx, contract)


@bp.post("/<uuid:contract>/end")
@guard(MANAGE)
@bp.arguments(EndInput)
@bp.response(200, ContractOut)
def end(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """End it: access ends at once, and the list of what follows begins."""
    services.end(ctx, contract, data["reason"])
    ctx.db.flush()
    return _out(ctx, contract)


@bp.post("/<uuid:contract>/steps")
@guard(MANAGE)
@bp.arguments(StepInput)
@bp.response(200, ContractOut)
def confirm_step(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """Confirm a step after the end."""
    closing.confirm(ctx, contract, data["step"])
    ctx.db.flush()
    return _out(ctx, contract)


@bp.get("/<uuid:contract>/staff")
@guard(READ)
@bp.response(200, StaffOut(many=True))
def people(ctx: Ctx, contract: UUID) -> Any:
    """The named staff."""
    row = services.shown(ctx, contract).contract
    with staff.looking(ctx, row) as there:
        return staff.named(there, row.id)


@bp.post("/<uuid:contract>/staff")
@guard(MANAGE)
@bp.arguments(StaffInput)
@bp.response(200, StaffOut(many=True))
def name_person(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """The agency names one of its people (`person`: who they are in the agency)."""
    staff.name_person(ctx, contract, data["person"], data["roles"])
    row = services.shown(ctx, contract).contract
    with staff.looking(ctx, row) as there:
        return staff.named(there, row.id)


@bp.delete("/<uuid:contract>/staff/<uuid:person>")
@guard(MANAGE)
@bp.response(204)
def remove_person(ctx: Ctx, contract: UUID, person: UUID) -> Any:
    """Take somebody off; they are out at once."""
    staff.remove(ctx, contract, person)


@bp.get("/<uuid:contract>/statements")
@guard(READ)
@bp.response(200, StatementOut(many=True))
def issued(ctx: Ctx, contract: UUID) -> Any:
    """The statements, newest first. Services are counted without names; kinds with fewer than five wait."""
    return statements.issued(ctx, services.shown(ctx, contract).contract)


@bp.post("/<uuid:contract>/statements")
@guard(MANAGE)
@bp.arguments(MonthInput)
@bp.response(201, StatementOut)
def issue(ctx: Ctx, data: dict[str, Any], contract: UUID) -> Any:
    """Issue the statement of a closed month."""
    made = statements.issue(ctx, contract, data["month"])
    ctx.db.flush()
    return statements.get(ctx, made)[0]


@bp.get("/statements/<uuid:statement>")
@guard(READ)
@bp.response(200, StatementOut)
def statement(ctx: Ctx, statement: UUID) -> Any:
    """One statement."""
    return statements.get(ctx, statement)[0]


@bp.post("/statements/<uuid:statement>/paper")
@guard(READ)
@bp.arguments(PaperInput)
@bp.response(202, PaperOut)
def paper(ctx: Ctx, data: dict[str, Any], statement: UUID) -> Any:
    """The statement as PDF or workbook: a task, whose file is fetched when it is done."""
    return {"task": papers.ask(ctx, statement, data["form"]).id}


@bp.get("/rollups/preview")
@guard(PUBLISH)
@bp.arguments(MonthInput, location="query")
@bp.response(200, FigureOut(many=True))
def preview(ctx: Ctx, data: dict[str, Any]) -> Any:
    """What publishing a month would hand on."""
    return rollups.preview(ctx, data["month"])


@bp.post("/rollups")
@guard(PUBLISH)
@bp.arguments(MonthInput)
@bp.response(201)
def publish(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Sign a month's figures and hand them to the union above."""
    return {"id": str(rollups.publish(ctx, data["month"]))}


@bp.delete("/rollups/<uuid:rollup>")
@guard(PUBLISH)
@bp.response(204)
def take_back(ctx: Ctx, rollup: UUID) -> Any:
    """Take a month back."""
    rollups.withdraw(ctx, rollup)


@bp.get("/rollups/received")
@guard(READ_ROLLUPS)
@bp.response(200, RollupOut(many=True))
def received(ctx: Ctx) -> Any:
    """What the unions below have published; figures only where the signature fits."""
    directory = ctx.runtime.caches["directory"]
    return [
        {
            "id": one.row.id,
            "union": directory.by_id(one.row.tenant_id).slug,
            "month": one.row.month,
            "figures": one.row.figures if one.genuine else [],
            "note": one.row.note,
            "genuine": one.genuine,
            "published_at": one.row.published_at,
        }
        for one in rollups.received(ctx)
    ]
