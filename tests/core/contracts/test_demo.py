"""The demo's story of contracts, told for any union: what both parties and the union above find on their pages."""

import sqlalchemy as sa

from anxin.contracts.models import Rollup, Statement
from anxin.demo import agreements
from anxin.identity.models import Membership

from .test_rollups import above  # noqa: F401  (the fixture)


def test_half_a_year_of_services_statements_and_published_figures(two, running, above, scope):  # noqa: F811  (as above)
    made = running()
    with scope(two.union) as ctx:
        ctx.unaudited("test set-up")
        ctx.add(Membership(person_id=two.admin.id, role="union_admin"))
    with scope(two.union) as ctx:
        agreements.tell(ctx)
    with scope(two.union) as ctx:
        rows = ctx.scalars(sa.select(Statement)).all()
        assert len(rows) == agreements.MONTHS
        assert all(line["units"] >= 5 for row in rows for line in row.lines)
        assert ctx.scalar(sa.select(sa.func.count()).select_from(Rollup)) == 4
    for client in (two.as_admin, two.as_manager):
        for path in (
            f"/service-contracts/{made}",
            f"/service-contracts/{made}/use",
            f"/statements/{rows[0].id}",
        ):
            assert client.get(f"{client.base}{path}").status_code == 200, path
    assert "签名有效" in above[2].get(f"{above[2].base}/rollups/received").get_data(as_text=True)
