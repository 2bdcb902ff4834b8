"""`anxin audit verify`: recompute every leaf and root of a tenant and compare them with all signed heads, those in the
database and those on file. Edits, deletions, truncation and recomputed hashes are all found, and named by place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from anxin.audit import sealer
from anxin.audit.checkpoint import CheckpointError, Verifier, verify
from anxin.audit.leaves import Head, Problem, Sealed, check_tree
from anxin.audit.models import AuditEntry, Checkpoint
from anxin.kernel.actor import TenantInfo, system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime

CHUNK = 2000
# heads and entries of one moment: what a sealer numbers between two reads would be signed for by nobody
SNAPSHOT = "REPEATABLE READ"


@dataclass(frozen=True)
class Verdict:
    """One tenant's result: entries sealed, size of the newest head, and what is wrong (nothing: all is well)."""

    slug: str
    entries: int
    problems: list[Problem]


def verify_tenant(runtime: Runtime, tenant: TenantInfo) -> Verdict:
    """Check one tenant's trail; what waits is sealed first, so that nothing is left out."""
    sealer.seal(runtime, tenant.id)
    verifiers = [sealer.signer(runtime.settings).verifier]
    origin = sealer.origin(tenant.id)
    on_file, problems = sealer.heads_file(runtime.settings).check(verifiers)
    problems = [problem for problem in problems if problem.origin in (origin, "checkpoints.txt")]
    with tenant_scope(runtime, tenant, system("cli.audit.verify"), isolation=SNAPSHOT) as ctx:
        in_database, bad_notes = _heads(ctx, origin, verifiers)
        entries = list(_entries(ctx))
    heads = [*on_file.get(origin, []), *in_database]
    problems += bad_notes + check_tree(origin, entries, heads)
    if in_database and not on_file.get(origin):
        text = lazy("The file of checkpoints does not know this tree.")
        problems.append(Problem(origin, "checkpoints.txt", text))
    return Verdict(tenant.slug, len(entries), problems)


def _entries(ctx: Ctx) -> Iterator[Sealed]:
    """Sealed entries in order, read in chunks."""
    columns = list(AuditEntry.__table__.columns)
    statement = (
        sa.select(*columns)
        .where(AuditEntry.tenant_id == ctx.tenant.id, AuditEntry.seq.is_not(None))
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=CHUNK)
    )
    for row in ctx.db.execute(statement).mappings():
        yield Sealed(row["seq"], sealer.leaf_of(row), bytes(row["leaf"]))


def _heads(ctx: Ctx, origin: str, verifiers: list[Verifier]) -> tuple[list[Head], list[Problem]]:
    heads: list[Head] = []
    problems: list[Problem] = []
    rows = ctx.db.scalars(
        sa.select(Checkpoint).where(Checkpoint.tenant_id == ctx.tenant.id).order_by(Checkpoint.size)
    )
    for row in rows:
        place = f"checkpoint {row.size}"
        try:
            signed = verify(row.note, verifiers).checkpoint
        except CheckpointError as error:
            problems.append(
                Problem(
                    origin, place, lazy("%(place)s is no checkpoint: %(why)s.", place=place, why=str(error))
                )
            )
            continue
        if (signed.origin, signed.size, signed.root) != (origin, row.size, bytes(row.root)):
            problems.append(
                Problem(origin, place, lazy("%(place)s says something else than it signs.", place=place))
            )
        heads.append(Head(signed.size, signed.root, place))
    return heads, problems
