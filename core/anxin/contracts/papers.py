"""A statement as papers: a PDF to sign and stamp, a workbook to reckon with. Made as a task, in the tenant of whoever
asked; both hold what the statement says and nothing else.
"""

from datetime import timedelta
from uuid import UUID

from anxin.contracts import statements, words
from anxin.contracts.models import Statement
from anxin.documents import Document, Sheet, workbook
from anxin.files import PDF, XLSX, keep_file
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, current_locale, day, lazy
from anxin.kernel.jobs import job
from anxin.tasks import Task, start_task, task_of
from anxin.tenancy.models import Contract

KIND = "contracts.statement"
KEPT = timedelta(days=30)  # the statement itself stays; a paper is made again in seconds
FORMATS = ("pdf", "xlsx")


def ask(ctx: Ctx, statement_id: UUID, form: str) -> Task:
    """Begin making the paper; NotFound for a statement of others."""
    statements.get(ctx, statement_id)
    ctx.unaudited("what the paper says is on the page already; fetching it is audited")
    return start_task(
        ctx,
        build,
        title=lazy("Monthly statement"),
        back="contracts.index",
        statement_id=statement_id,
        form=form if form in FORMATS else "pdf",
    )


@job("contracts.statement_paper")
def build(ctx: Ctx, *, task_id: str, statement_id: str, form: str) -> None:
    task = task_of(ctx, task_id)
    row, contract = statements.get(ctx, UUID(statement_id))
    directory = ctx.runtime.caches["directory"]
    employer, agency = directory.by_id(contract.tenant_id), directory.by_id(contract.agency_id)
    if form == "pdf":
        data, media_type = as_pdf(row, contract, employer, agency), PDF
    else:
        data, media_type = as_xlsx(row, contract, employer, agency), XLSX
    file = keep_file(ctx, data, name=f"{row.number}.{form}", media_type=media_type, kind=KIND, keep=KEPT)
    task.finish(file=file)


def _header() -> tuple[str, ...]:
    return (_("Service"), _("How many"), _("Minutes"), _("Price in yuan"), _("Sum in yuan"))


def as_pdf(row: Statement, contract: Contract, employer: TenantInfo, agency: TenantInfo) -> bytes:
    """A4, with a place for both stamps (签章)."""
    doc = Document(
        _("Monthly statement"), subtitle=f"{row.month:%Y-%m}", footer=row.number, language=current_locale()
    )
    doc.facts(
        [
            (_("Union"), employer.name),
            (_("Agency"), agency.name),
            (_("Number of the contract"), contract.number),
            (_("Issued"), day(row.issued_at)),
        ]
    )
    doc.table(
        _header(),
        [
            (
                str(words.KINDS[line["kind"]]),
                line["units"],
                line["minutes"] or "–",
                statements.yuan(line["price_fen"]),
                statements.yuan(line["sum_fen"]),
            )
            for line in row.lines
        ],
        widths=(0.32, 0.14, 0.16, 0.18, 0.2),
        right=(1, 2, 3, 4),
    )
    doc.paragraph(
        f"{_('Sum of all')}  " + _("%(yuan)s yuan", yuan=statements.yuan(row.total_fen)), strong=True
    )
    doc.paragraph(
        _(
            "Counted in services, without names. A kind with fewer than five waits for a later month, so that nobody "
            "can be recognised."
        )
    )
    doc.space(12)
    blank = "\u3000" * 6
    doc.table(
        (_("For the union (signature and stamp)"), _("For the agency (signature and stamp)")),
        [(blank, blank), (_("Date:"), _("Date:"))],
        widths=(0.5, 0.5),
    )
    return doc.render()


def as_xlsx(row: Statement, contract: Contract, employer: TenantInfo, agency: TenantInfo) -> bytes:
    """One sheet: the lines, and their sum."""
    lines = [
        (
            str(words.KINDS[line["kind"]]),
            line["units"],
            line["minutes"] or None,
            line["price_fen"] / 100,
            line["sum_fen"] / 100,
        )
        for line in row.lines
    ]
    total = (_("Sum of all"), sum(line["units"] for line in row.lines), None, None, row.total_fen / 100)
    note = f"{employer.name} · {agency.name} · {contract.number} · {row.month:%Y-%m}"
    return workbook(
        [Sheet(_("Monthly statement"), _header(), [*lines, total], widths=(24, 10, 10, 14, 14), note=note)]
    )
