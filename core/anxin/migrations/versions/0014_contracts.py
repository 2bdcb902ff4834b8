"""Wordings of a contract and their signatures, service units without names, statements, what a contract's end asks for,
and the figures published to the union above.

Revision ID: core_0014
Revises: core_0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0014", "core_0013", None, None

OF_THE_AGENCY = ("contract_version", "statement", "service_unit", "closing_step")


def upgrade() -> None:
    op.create_table(
        "contract_version",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("contract_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column(
            "content", pg.JSONB(astext_type=sa.Text), nullable=False, comment="services, roles, dates, terms"
        ),
        sa.Column(
            "digest",
            sa.Text,
            nullable=False,
            comment="SHA-256 of the canonical content: what a signature is for",
        ),
        sa.Column("state", sa.Text, server_default="proposed", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("employer_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("employer_signer", sa.Text, nullable=True, comment="the officer's name, as on paper"),
        sa.Column("agency_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agency_signer", sa.Text, nullable=True, comment="the manager's name, as on paper"),
        sa.CheckConstraint(
            "proposed_by IN ('employer', 'agency')", name=op.f("ck_contract_version_proposed_by")
        ),
        sa.CheckConstraint(
            "state <> 'agreed' OR (employer_signed_at IS NOT NULL AND agency_signed_at IS NOT NULL)",
            name=op.f("ck_contract_version_signed"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'withdrawn')", name=op.f("ck_contract_version_state")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["core.tenant.id"], name=op.f("fk_contract_version_agency_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_contract_version_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_contract_version_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_version")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_id",
            "number",
            name=op.f("uq_contract_version_tenant_id_contract_id_number"),
        ),
        schema="core",
    )
    op.create_index(
        "ix_contract_version_open",
        "contract_version",
        ["tenant_id", "contract_id"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("state = 'proposed'"),
    )
    ddl.protect("core.contract_version")
    op.create_table(
        "statement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("contract_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column(
            "lines",
            pg.JSONB(astext_type=sa.Text),
            nullable=False,
            comment="kind, units, minutes, price and sum in fen",
        ),
        sa.Column("total_fen", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["core.tenant.id"], name=op.f("fk_statement_agency_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_statement_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_statement_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "month", name=op.f("uq_statement_tenant_id_contract_id_month")
        ),
        schema="core",
    )
    ddl.protect("core.statement", rights=ddl.APPEND_ONLY)  # what was billed stays as it was
    op.create_table(
        "service_unit",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("contract_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False, comment="as agreed on that day"),
        sa.Column("statement_id", sa.Uuid, nullable=True, comment="the statement that bills it; once"),
        sa.CheckConstraint(
            "kind IN ('session', 'call', 'interpretation', 'visit', 'group', 'lecture', 'report')",
            name=op.f("ck_service_unit_kind"),
        ),
        sa.CheckConstraint("minutes >= 0 AND price_fen >= 0", name=op.f("ck_service_unit_amounts")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["core.tenant.id"], name=op.f("fk_service_unit_agency_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_service_unit_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "statement_id"],
            ["core.statement.tenant_id", "core.statement.id"],
            name=op.f("fk_service_unit_tenant_id_statement_id_statement"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_service_unit_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_unit")),
        schema="core",
    )
    op.create_index(
        "ix_service_unit_contract",
        "service_unit",
        ["tenant_id", "contract_id", "done_on"],
        unique=False,
        schema="core",
    )
    ddl.protect("core.service_unit")
    op.create_table(
        "session_use",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("contract_id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_session_use_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_session_use_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_session_use_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_session_use")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_id",
            "person_id",
            "year",
            name=op.f("uq_session_use_tenant_id_contract_id_person_id_year"),
        ),
        schema="core",
    )
    ddl.protect("core.session_use", clinical_subject="person_id")
    op.create_table(
        "closing_step",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("contract_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False, comment="who has to do it"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text, nullable=True, comment="the officer's or manager's name; null: a job"),
        sa.Column("count", sa.Integer(), nullable=True, comment="how many sessions ended, shifts freed, …"),
        sa.CheckConstraint(
            "code IN ('access', 'shifts', 'assignments', 'handover', 'return', 'delete', 'receipt')",
            name=op.f("ck_closing_step_code"),
        ),
        sa.CheckConstraint("side IN ('system', 'employer', 'agency')", name=op.f("ck_closing_step_side")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["core.tenant.id"], name=op.f("fk_closing_step_agency_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_closing_step_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_closing_step_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_closing_step")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "code", name=op.f("uq_closing_step_tenant_id_contract_id_code")
        ),
        schema="core",
    )
    ddl.protect("core.closing_step")
    op.create_table(
        "rollup",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid, nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column(
            "figures",
            pg.JSONB(astext_type=sa.Text),
            nullable=False,
            comment="code, value or null; suppressed before",
        ),
        sa.Column(
            "note", sa.Text, nullable=False, comment="a signed note (C2SP) over the digest of the figures"
        ),
        sa.Column("state", sa.Text, server_default="published", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publisher", sa.Text, nullable=False, comment="the officer's name"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('published', 'withdrawn')", name=op.f("ck_rollup_state")),
        sa.ForeignKeyConstraint(["parent_id"], ["core.tenant.id"], name=op.f("fk_rollup_parent_id_tenant")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_rollup_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rollup")),
        sa.UniqueConstraint("tenant_id", "month", name=op.f("uq_rollup_tenant_id_month")),
        schema="core",
    )
    ddl.protect("core.rollup")
    # the other party reads what it is a party of; rows stay the employer's, and it writes through its own service
    for table in OF_THE_AGENCY:
        op.execute(
            f"CREATE POLICY agency ON core.{table} FOR SELECT TO anxin_app "
            "USING (agency_id = (SELECT guard.tenant()))"
        )
    op.execute(
        "CREATE POLICY parent ON core.rollup FOR SELECT TO anxin_app "
        "USING (parent_id = (SELECT guard.tenant()) AND state = 'published')"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
