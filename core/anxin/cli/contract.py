"""`anxin contract`: a tenant's service contracts and what was billed under them, without a browser. Counts only: a
statement knows no person, and kinds with fewer than five are not on it.
"""

from datetime import date
from pathlib import Path
from typing import Any

import click

from anxin.app import create_app
from anxin.cli.options import database_option, json_option, print_json
from anxin.contracts import papers, services, statements
from anxin.contracts.models import Statement
from anxin.kernel.actor import TenantInfo, system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import NotFound
from anxin.kernel.i18n import lazy, locale_scope
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings
from anxin.tenancy.models import Contract

TENANT = click.option(
    "--tenant", "slug", required=True, help="The tenant's short name: a union or an agency."
)
MAKERS = {".pdf": papers.as_pdf, ".xlsx": papers.as_xlsx}


@click.group()
def contract() -> None:
    """List service contracts; print a month's statements, or write one as a file.

    \b
    Examples:
      anxin contract list --tenant mingxin
      anxin contract statement --tenant dongling --month 2026-10
      anxin contract statement --tenant dongling --month 2026-10 --out october.pdf
    """


@contract.command("list")
@TENANT
@json_option
@database_option
def list_contracts(settings: Settings, slug: str, as_json: bool) -> None:
    """List the contracts of a union or an agency, those in force first.

    \b
    Examples:
      anxin contract list --tenant mingxin --json
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    tenant = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, tenant, system("cli.contract.list")) as ctx:
        rows = [_contract(row, other) for row, other, _proposed in services.listed(ctx)]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        modules = ", ".join(row["services"])
        click.echo(
            f"{row['number']:<20} {row['state']:<8} {row['starts_on']} – {row['ends_on']}  "
            f"{row['name']}  ({modules})"
        )


def _contract(row: Contract, other: TenantInfo) -> dict[str, Any]:
    return {
        "number": row.number,
        "other": other.slug,
        "name": other.name,
        "state": row.state,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "services": sorted(row.services),
    }


def _month(_context: click.Context, _option: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise click.BadParameter("write a month as 2026-10") from None


def _file(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in MAKERS:
        raise click.BadParameter(f"the file's name has to end in {' or '.join(MAKERS)}")
    return value


@contract.command()
@TENANT
@click.option("--month", required=True, callback=_month, help="The month that was billed, as 2026-10.")
@click.option("--number", help="Only the contract of this number; needed for a file where there are several.")
@click.option(
    "--out",
    callback=_file,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the statement to this file, .pdf or .xlsx, as the page does.",
)
@json_option
@database_option
def statement(
    *, settings: Settings, slug: str, month: date, number: str | None, out: Path | None, as_json: bool
) -> None:
    """Print the statements issued for a month: services counted, without names.

    \b
    Examples:
      anxin contract statement --tenant mingxin --month 2026-10 --json
      anxin contract statement --tenant dongling --month 2026-10 --out october.xlsx
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    tenant = runtime.caches["directory"].by_slug(slug)
    with tenant_scope(runtime, tenant, system("cli.contract.statement")) as ctx:
        found = _issued(ctx, month, number)
        rows = [_statement(row, deal, other) for row, deal, other in found]
        if out is not None:
            _write(ctx, found, out)
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(f"{row['number']}  {row['name']}  {statements.yuan(row['total_fen'])}")
        for line in row["lines"]:
            click.echo(f"  {line['kind']:<16} {line['units']:>6}  {statements.yuan(line['sum_fen']):>14}")


Found = list[tuple[Statement, Contract, TenantInfo]]


def _issued(ctx: Ctx, month: date, number: str | None) -> Found:
    """This month's statements of the tenant's contracts. NotFound when there is none."""
    found = [
        (row, deal, other)
        for deal, other, _proposed in services.listed(ctx)
        if number in (None, deal.number)
        for row in statements.issued(ctx, deal)
        if row.month == month
    ]
    if not found:
        raise NotFound(lazy("No statement was issued for %(month)s.", month=f"{month:%Y-%m}"))
    return found


def _statement(row: Statement, deal: Contract, other: TenantInfo) -> dict[str, Any]:
    return {
        "number": row.number,
        "contract": deal.number,
        "other": other.slug,
        "name": other.name,
        "month": f"{row.month:%Y-%m}",
        "issued_at": row.issued_at,
        "lines": row.lines,
        "total_fen": row.total_fen,
    }


def _write(ctx: Ctx, found: Found, out: Path) -> None:
    if len(found) > 1:
        numbers = ", ".join(sorted(deal.number for _row, deal, _other in found))
        raise click.UsageError(f"several contracts have a statement, choose one with --number: {numbers}")
    row, deal, _other = found[0]
    directory = ctx.runtime.caches["directory"]
    parties = directory.by_id(deal.tenant_id), directory.by_id(deal.agency_id)
    with locale_scope(ctx.tenant.locale):
        out.write_bytes(MAKERS[out.suffix.lower()](row, deal, *parties))
