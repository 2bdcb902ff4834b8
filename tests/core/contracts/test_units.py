"""Services without names, the cap of a year, statements that do not subtract, and who may see which."""

import io
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from anxin.audit.models import AuditEntry
from anxin.contracts import statements, units
from anxin.contracts.models import ServiceUnit, SessionUse, Statement
from anxin.identity.sessions import open_ctx
from anxin.kernel import clock
from anxin.kernel.errors import Conflict, NotFound
from anxin.tenancy.models import Contract

TODAY = clock.now().date()
LAST = statements.month_before(TODAY)
BEFORE = statements.month_before(LAST)


@pytest.fixture
def serve(two, scope):
    """serve(contract, kind, times, month): services of a month, recorded as a module would."""

    def record(contract_id, kind="session", times=1, month=LAST, **more):
        with scope(two.union) as ctx:
            for _time in range(times):
                units.record_service_unit(
                    ctx, contract_id, "assessments", kind, minutes=50, key=str(uuid4()), done_on=month, **more
                )

    return record


def issue(client, contract_id, month):
    return client.post(f"{client.base}/api/contracts/{contract_id}/statements", json={"month": str(month)})


class TestUnits:
    def test_a_unit_has_no_name_and_no_way_back(self, two, running, scope, person):
        made, worker = running(), person("employee")
        key = str(uuid4())
        with scope(two.union) as ctx:
            for _again in range(2):
                units.record_service_unit(
                    ctx, made, "assessments", "session", minutes=50, key=key, person_id=worker.id
                )
            row = ctx.scalars(sa.select(ServiceUnit)).one()
            told = " ".join(str(getattr(row, column.key)) for column in ServiceUnit.__table__.columns)
        assert str(worker.id) not in told
        assert key not in told
        assert row.id.version == 4, "a time in the id would lead to the record made at that moment"

    def test_the_same_service_twice_is_one_unit_and_one_session(self, two, running, scope, person):
        made, worker = running(sessions_per_person=1), person("employee")
        with scope(two.union) as ctx:
            said = [
                units.record_service_unit(
                    ctx, made, "assessments", "session", minutes=50, key="one", person_id=worker.id
                )
                for _again in range(2)
            ]
        assert said == [True, False]

    def test_another_module_or_a_foreign_contract_records_nothing(self, two, running, scope, new_tenant):
        made = running()
        with scope(two.union) as ctx, pytest.raises(NotFound):
            units.record_service_unit(ctx, made, "hotline", "call", minutes=5, key="k")
        with scope(new_tenant()) as ctx, pytest.raises(NotFound):
            units.record_service_unit(ctx, made, "assessments", "call", minutes=5, key="k")

    def test_whoever_serves_without_such_a_contract_records_nothing_and_goes_on(
        self, two, running, scope, runtime
    ):
        made = running()
        work = {"minutes": 5, "key": "k"}
        own = open_ctx(runtime, two.union, two.admin.token)  # the union's own staff
        try:
            assert units.record_if_served(own, "assessments", "call", **work) is False
        finally:
            own.close()
        with scope(two.union) as ctx:
            for contract_id, module, day in (
                (uuid4(), "assessments", TODAY),
                (made, "hotline", TODAY),
                (made, "assessments", date(2001, 1, 1)),
            ):
                said = units.record_if_served(
                    ctx, module, "call", contract_id=contract_id, done_on=day, **work
                )
                assert said is False
            assert ctx.scalars(sa.select(ServiceUnit)).all() == []
            for first in (True, False):
                said = units.record_if_served(ctx, "assessments", "call", contract_id=made, **work)
                assert said is first
            assert ctx.scalars(sa.select(ServiceUnit)).one().price_fen == 6000

    def test_a_module_finds_the_contract_it_is_served_under(self, two, running, scope):
        made = running()
        with scope(two.union) as ctx:
            assert units.running_contract(ctx, "assessments").id == made
            assert units.running_contract(ctx, "hotline") is None

    def test_a_day_outside_the_contract_is_refused(self, two, running, scope):
        made = running()
        with scope(two.union) as ctx, pytest.raises(Conflict):
            units.record_service_unit(
                ctx, made, "assessments", "call", minutes=5, key="k", done_on=date(2001, 1, 1)
            )

    def test_the_last_session_of_a_year_goes_to_one_of_many(self, two, running, scope, person):
        made, worker = running(sessions_per_person=3), person("employee")
        outcomes: list[str] = []

        def use() -> None:
            try:
                with scope(two.union) as ctx:
                    contract = ctx.db.get(Contract, (two.union.id, made))
                    units.use_session(ctx, contract, worker.id, TODAY.year)
                outcomes.append("used")
            except Conflict:
                outcomes.append("refused")

        threads = [threading.Thread(target=use) for _one in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["refused"] * 3 + ["used"] * 3
        with scope(two.union) as ctx:
            assert units.sessions_left(ctx, made, [worker.id]) == {worker.id: 0}

    def test_the_union_cannot_read_who_used_sessions(self, two, running, scope, person, runtime):
        made, worker = running(), person("employee")
        with scope(two.union) as ctx:
            units.record_service_unit(
                ctx, made, "assessments", "session", minutes=50, key="k", person_id=worker.id
            )
        ctx = open_ctx(runtime, two.union, two.admin.token)  # the admin's own transaction, with SQL
        try:
            assert ctx.db.scalar(sa.select(sa.func.count()).select_from(SessionUse)) == 0
        finally:
            ctx.close()

    def test_the_unions_trail_does_not_count_units_either(self, two, running, serve, runtime):
        made = running()
        serve(made, "call", 2)
        ctx = open_ctx(runtime, two.union, two.admin.token)
        try:
            actions = ctx.scalars(sa.select(AuditEntry.action).where(AuditEntry.tenant_id == two.union.id))
            assert "contracts.unit" not in set(actions)
        finally:
            ctx.close()


class TestStatements:
    def test_it_adds_up_and_says_no_name(self, two, running, serve):
        made = running()
        serve(made, "session", 6)
        serve(made, "call", 5)
        told = issue(two.as_manager, made, LAST).get_json()
        assert told["total_fen"] == 6 * 40000 + 5 * 6000
        assert {line["kind"]: line["units"] for line in told["lines"]} == {"session": 6, "call": 5}

    def test_few_wait_until_they_are_many(self, two, running, serve):
        made = running()
        serve(made, "session", 3, BEFORE)
        serve(made, "call", 8, BEFORE)
        first = issue(two.as_admin, made, BEFORE).get_json()
        assert [line["kind"] for line in first["lines"]] == ["call"]
        serve(made, "session", 4, LAST)
        second = issue(two.as_admin, made, LAST).get_json()
        assert [(line["kind"], line["units"]) for line in second["lines"]] == [("session", 7)]

    def test_nothing_a_union_gets_shows_fewer_than_five(self, two, running, serve):
        """Everything it can ask for, before and after: no number between 1 and 4 of a kind, and no difference."""
        made = running()
        serve(made, "session", 4, LAST)
        serve(made, "visit", 1, LAST)
        serve(made, "call", 9, LAST)
        issue(two.as_manager, made, LAST)
        base = f"{two.as_admin.base}/api/contracts/{made}"
        lines = two.as_admin.get(f"{base}/statements").get_json()[0]["lines"]
        assert {line["kind"] for line in lines} == {"call"}
        page = two.as_admin.get(f"{two.as_admin.base}/service-contracts/{made}/use").get_data(as_text=True)
        assert "待结算" not in page
        assert "走访" not in page
        waiting = two.as_manager.get(f"{two.as_manager.base}/service-contracts/{made}/use").get_data(
            as_text=True
        )
        assert "待结算" in waiting

    def test_one_month_once_and_only_when_it_is_over(self, two, running, serve):
        made = running()
        serve(made, "call", 5)
        assert issue(two.as_admin, made, TODAY).status_code == 409
        assert issue(two.as_admin, made, LAST).status_code == 201
        assert issue(two.as_manager, made, LAST).status_code == 409
        assert issue(two.as_manager, made, BEFORE).status_code == 409

    def test_an_issued_statement_cannot_be_changed(self, two, running, serve, scope):
        made = running()
        serve(made, "call", 5)
        issue(two.as_admin, made, LAST)
        with pytest.raises(sa.exc.ProgrammingError), scope(two.union) as ctx:
            ctx.execute(sa.update(Statement).values(total_fen=1))

    def test_a_stranger_finds_no_statement(self, two, running, serve, new_tenant, person, client_as):
        made = running()
        serve(made, "call", 5)
        statement = issue(two.as_admin, made, LAST).get_json()["id"]
        for kind in ("agency", "enterprise_union"):
            stranger = client_as(person("admin", tenant=new_tenant(kind)))
            assert stranger.get(f"{stranger.base}/statements/{statement}").status_code == 404
            assert stranger.get(f"{stranger.base}/api/contracts/statements/{statement}").status_code == 404
        for party in (two.as_admin, two.as_manager):
            assert party.get(f"{party.base}/statements/{statement}").status_code == 200

    def test_the_job_issues_what_is_due(self, two, running, serve, scope):
        made = running()
        serve(made, "call", 5)
        later = clock.now().replace(day=1) + timedelta(days=10)
        with scope(two.union) as ctx:
            ctx.now = later
            statements.issue_due(ctx)
            statements.issue_due(ctx)
            found = ctx.scalars(sa.select(Statement)).all()
        assert [row.month for row in found] == [LAST]


class TestPapers:
    @pytest.mark.parametrize("form", ["pdf", "xlsx"])
    @pytest.mark.parametrize("side", ["union", "agency"])
    def test_either_party_fetches_the_statement_as_a_file(self, two, running, serve, run_jobs, form, side):
        made = running()
        serve(made, "session", 6)
        statement = issue(two.as_admin, made, LAST).get_json()["id"]
        client, tenant = (two.as_admin, two.union) if side == "union" else (two.as_manager, two.agency)
        asked = client.post(f"{client.base}/statements/{statement}/paper", data={"form": form})
        assert asked.status_code == 303
        run_jobs(tenant, "contracts.statement_paper")
        file = client.get(f"{asked.headers['Location']}/file")
        assert file.status_code == 200
        assert file.data[:4] == {"pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[form]
        if form == "xlsx":
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.data)).get_sheet_by_index(0).to_python()
            assert ["个体咨询", 6.0, 300.0, 400.0, 2400.0] in sheet

    def test_a_stranger_asks_for_no_paper(self, two, running, serve, new_tenant, person, client_as):
        made = running()
        serve(made, "call", 5)
        statement = issue(two.as_admin, made, LAST).get_json()["id"]
        stranger = client_as(person("admin", tenant=new_tenant("agency")))
        asked = stranger.post(f"{stranger.base}/statements/{statement}/paper", data={"form": "pdf"})
        assert asked.status_code == 404
