"""Lines, shifts, forms, calls and what follows from them.

Revision ID: hotline_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "hotline_0001", None, None, None


def upgrade() -> None:  # noqa: PLR0915  (a statement or three for each table)
    ddl.schema("hotline")
    op.create_table(
        "form",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", pg.JSONB(), nullable=False, comment="see forms.py"),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f("ck_form_state")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_form_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_form")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_form_tenant_id_version")),
        schema="hotline",
    )
    ddl.protect("hotline.form")

    op.create_table(
        "line",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False, comment="as callers dial it"),
        sa.Column(
            "hours",
            pg.JSONB(),
            server_default="{}",
            nullable=False,
            comment='{"mon": [["08:00", "22:00"]], …}; "00:00" as an end is midnight',
        ),
        sa.Column(
            "closed_days",
            pg.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="dates without service",
        ),
        sa.Column("seats", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "is_national",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="calls itself 12356: at least 2 seats and 18 hours a day",
        ),
        sa.Column("fallback_name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "fallback_number",
            sa.Text(),
            server_default="12356",
            nullable=False,
            comment="where a gap rolls to",
        ),
        sa.Column("is_open", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column(
            "key_version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="of the telephone system's secret",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_line_seats")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_line_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_line")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_line_tenant_id_name")),
        schema="hotline",
    )
    ddl.protect("hotline.line")

    op.create_table(
        "pbx_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "key",
            sa.Text(),
            nullable=False,
            comment="the system's own id of the event: told twice is one row",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="start, answer, end, abandoned"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="{call, number, seat}; null when used"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["hotline.line.tenant_id", "hotline.line.id"],
            name=op.f("fk_pbx_event_tenant_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_pbx_event_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pbx_event")),
        sa.UniqueConstraint("tenant_id", "line_id", "key", name=op.f("uq_pbx_event_tenant_id_line_id_key")),
        schema="hotline",
    )
    op.create_index("ix_pbx_event_at", "pbx_event", ["tenant_id", "at"], unique=False, schema="hotline")
    ddl.protect("hotline.pbx_event")

    op.create_table(
        "roll_over",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["hotline.line.tenant_id", "hotline.line.id"],
            name=op.f("fk_roll_over_tenant_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_roll_over_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_roll_over")),
        schema="hotline",
    )
    op.create_index(
        "ix_roll_over_line",
        "roll_over",
        ["tenant_id", "line_id", "starts_at"],
        unique=False,
        schema="hotline",
    )
    op.create_index(
        "uq_roll_over_open",
        "roll_over",
        ["tenant_id", "line_id"],
        unique=True,
        schema="hotline",
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    ddl.protect("hotline.roll_over")

    op.create_table(
        "alert",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the same finding is one alert"),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "at_least", sa.Integer(), nullable=True, comment="calls, in steps; null where too few to say"
        ),
        sa.Column("usual", sa.Integer(), nullable=True, comment="what the same hours usually bring, rounded"),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True, comment="the named owner (责任人)"),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("done", sa.Text(), server_default="", nullable=False, comment="what was done about it"),
        sa.CheckConstraint("kind IN ('surge', 'salient', 'incident')", name=op.f("ck_alert_kind")),
        sa.CheckConstraint("state IN ('open', 'seen', 'closed')", name=op.f("ck_alert_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_alert_tenant_id_owner_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seen_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_alert_tenant_id_seen_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_alert_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_alert_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_alert")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_alert_tenant_id_key")),
        schema="hotline",
    )
    op.create_index("ix_alert_raised", "alert", ["tenant_id", "raised_at"], unique=False, schema="hotline")
    ddl.protect("hotline.alert")

    op.create_table(
        "caller",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=True),
        sa.Column("code_index", sa.LargeBinary(), nullable=True),
        sa.Column(
            "contact",
            sa.LargeBinary(),
            nullable=True,
            comment="{name, number, place, emergency}: what they agreed to leave",
        ),
        sa.Column("code", sa.LargeBinary(), nullable=True, comment="the call-back code, to say it again"),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="only by that person's own act and consent"),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_call_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_caller_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_caller_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_caller")),
        sa.UniqueConstraint("tenant_id", "code_index", name=op.f("uq_caller_tenant_id_code_index")),
        schema="hotline",
    )
    op.create_index(
        "ix_caller_number", "caller", ["tenant_id", "number_index"], unique=False, schema="hotline"
    )
    op.create_index("ix_caller_person", "caller", ["tenant_id", "person_id"], unique=False, schema="hotline")
    ddl.protect("hotline.caller", clinical_subject="person_id")

    op.create_table(
        "handover",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("counts", pg.JSONB(), server_default="{}", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "acknowledged_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_handover_tenant_id_acknowledged_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_handover_tenant_id_from_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["hotline.line.tenant_id", "hotline.line.id"],
            name=op.f("fk_handover_tenant_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_handover_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handover")),
        schema="hotline",
    )
    op.create_index("ix_handover_made", "handover", ["tenant_id", "made_at"], unique=False, schema="hotline")
    op.create_index(
        "ix_handover_waiting",
        "handover",
        ["tenant_id", "line_id"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    ddl.protect("hotline.handover", clinical_subject="")

    op.create_table(
        "shift",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_from", sa.Uuid(), nullable=True, comment="who had it before a swap"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["hotline.line.tenant_id", "hotline.line.id"],
            name=op.f("fk_shift_tenant_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_shift_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "taken_from"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_shift_tenant_id_taken_from_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_shift_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_shift")),
        sa.UniqueConstraint(
            "tenant_id",
            "line_id",
            "person_id",
            "starts_at",
            name=op.f("uq_shift_tenant_id_line_id_person_id_starts_at"),
        ),
        schema="hotline",
    )
    op.create_index("ix_shift_ends", "shift", ["tenant_id", "ends_at"], unique=False, schema="hotline")
    ddl.protect("hotline.shift")

    op.create_table(
        "call",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("pbx_call", sa.Text(), nullable=True, comment="the telephone system's id of the call"),
        sa.Column("state", sa.Text(), server_default="live", nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("caller_id", sa.Uuid(), nullable=True),
        sa.Column("known", sa.Text(), server_default="anonymous", nullable=False),
        sa.Column("nature", sa.Text(), server_default="talk", nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("risk", sa.Integer(), nullable=True, comment="the shared ladder, 0 to 3"),
        sa.Column("next", sa.Text(), nullable=True),
        sa.Column(
            "unit_id", sa.Uuid(), nullable=True, comment="the unit it is about, when the caller says so"
        ),
        sa.Column("crisis_id", sa.Uuid(), nullable=True),
        sa.Column("form_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "number",
            sa.LargeBinary(),
            nullable=True,
            comment="as the telephone system gave it: two keys open it",
        ),
        sa.Column(
            "draft", sa.LargeBinary(), nullable=True, comment="{field: [value, n]} while it is being written"
        ),
        sa.Column(
            "draft_n", sa.Integer(), server_default="0", nullable=False, comment="counts the draft's changes"
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column(
            "answers", sa.LargeBinary(), nullable=True, comment="the risk questions and the form's own fields"
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("known IN ('anonymous', 'pseudonymous', 'known')", name=op.f("ck_call_known")),
        sa.CheckConstraint(
            "nature IN ('talk', 'silent', 'abusive', 'prank', 'wrong')", name=op.f("ck_call_nature")
        ),
        sa.CheckConstraint(
            "state <> 'logged' OR (logged_at IS NOT NULL AND risk IS NOT NULL AND topic IS NOT NULL)",
            name=op.f("ck_call_logged"),
        ),
        sa.CheckConstraint(
            "state IN ('ringing', 'live', 'logged', 'abandoned', 'discarded')", name=op.f("ck_call_state")
        ),
        sa.CheckConstraint("risk IS NULL OR risk BETWEEN 0 AND 3", name=op.f("ck_call_risk")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "caller_id"],
            ["hotline.caller.tenant_id", "hotline.caller.id"],
            name=op.f("fk_call_tenant_id_caller_id_caller"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "crisis_id"],
            ["core.crisis.tenant_id", "core.crisis.id"],
            name=op.f("fk_call_tenant_id_crisis_id_crisis"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["hotline.line.tenant_id", "hotline.line.id"],
            name=op.f("fk_call_tenant_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "operator_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_call_tenant_id_operator_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_call_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_call_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_call")),
        sa.UniqueConstraint(
            "tenant_id", "line_id", "pbx_call", name=op.f("uq_call_tenant_id_line_id_pbx_call")
        ),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_call_tenant_id_token")),
        schema="hotline",
    )
    op.create_index(
        "ix_call_caller", "call", ["tenant_id", "caller_id", "started_at"], unique=False, schema="hotline"
    )
    op.create_index(
        "ix_call_crisis",
        "call",
        ["tenant_id", "crisis_id"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("crisis_id IS NOT NULL"),
    )
    op.create_index(
        "ix_call_open",
        "call",
        ["tenant_id", "started_at"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("state IN ('ringing', 'live')"),
    )
    op.create_index(
        "ix_call_operator",
        "call",
        ["tenant_id", "operator_id", "started_at", "id"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("state IN ('logged', 'abandoned')"),
    )
    op.create_index(
        "ix_call_started",
        "call",
        ["tenant_id", "started_at", "id"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("state IN ('logged', 'abandoned')"),
    )
    op.create_index(
        "ix_call_live",
        "call",
        ["tenant_id", "operator_id", "started_at"],
        unique=False,
        schema="hotline",
        postgresql_where=sa.text("state = 'live'"),
    )
    ddl.protect("hotline.call", clinical_subject="")

    op.create_table(
        "flag",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('silent', 'abusive', 'repeat', 'agreement')", name=op.f("ck_flag_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "caller_id"],
            ["hotline.caller.tenant_id", "hotline.caller.id"],
            name=op.f("fk_flag_tenant_id_caller_id_caller"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "set_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_flag_tenant_id_set_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_flag_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_flag")),
        schema="hotline",
    )
    op.create_index(
        "ix_flag_caller", "flag", ["tenant_id", "caller_id", "until"], unique=False, schema="hotline"
    )
    ddl.protect("hotline.flag", clinical_subject="")

    op.create_table(
        "merge",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("calls", pg.ARRAY(sa.Text()), nullable=False, comment="ids of the calls that moved"),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gone_id"],
            ["hotline.caller.tenant_id", "hotline.caller.id"],
            name=op.f("fk_merge_tenant_id_gone_id_caller"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "kept_id"],
            ["hotline.caller.tenant_id", "hotline.caller.id"],
            name=op.f("fk_merge_tenant_id_kept_id_caller"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_merge_tenant_id_made_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_merge_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merge")),
        schema="hotline",
    )
    op.create_index("ix_merge_kept", "merge", ["tenant_id", "kept_id"], unique=False, schema="hotline")
    ddl.protect("hotline.merge", clinical_subject="")

    op.create_table(
        "event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="police, ambulance, fire, family, attempt, referral, note, crisis, joined, number",
        ),
        sa.Column("code", sa.Text(), nullable=True, comment="reached, no_answer …"),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "actor_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_event_tenant_id_actor_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["hotline.call.tenant_id", "hotline.call.id"],
            name=op.f("fk_event_tenant_id_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_event_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_event")),
        schema="hotline",
    )
    op.create_index("ix_event_call", "event", ["tenant_id", "call_id", "at"], unique=False, schema="hotline")
    ddl.protect("hotline.event", clinical_subject="")

    op.create_table(
        "follow_up",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="call_back", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('call_back', 'check_in', 'after_crisis', 'supervisor')", name=op.f("ck_follow_up_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name=op.f("ck_follow_up_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assigned_to"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_follow_up_tenant_id_assigned_to_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["hotline.call.tenant_id", "hotline.call.id"],
            name=op.f("fk_follow_up_tenant_id_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_follow_up_tenant_id_closed_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_follow_up_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_follow_up")),
        schema="hotline",
    )
    op.create_index(
        "ix_follow_up_call", "follow_up", ["tenant_id", "call_id"], unique=False, schema="hotline"
    )
    op.create_index(
        "ix_follow_up_due", "follow_up", ["tenant_id", "state", "due_at"], unique=False, schema="hotline"
    )
    ddl.protect("hotline.follow_up", clinical_subject="")

    op.create_table(
        "presence",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["hotline.call.tenant_id", "hotline.call.id"],
            name=op.f("fk_presence_tenant_id_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_presence_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_presence_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_presence")),
        sa.UniqueConstraint(
            "tenant_id", "call_id", "person_id", name=op.f("uq_presence_tenant_id_call_id_person_id")
        ),
        schema="hotline",
    )
    ddl.protect("hotline.presence", clinical_subject="")

    op.create_table(
        "referral",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False, comment="a code of the form's list"),
        sa.Column("state", sa.Text(), server_default="made", nullable=False),
        sa.Column(
            "chase_at", sa.DateTime(timezone=True), nullable=False, comment="ask by then whether they arrived"
        ),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('made', 'accepted', 'arrived', 'declined', 'lost')", name=op.f("ck_referral_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["hotline.call.tenant_id", "hotline.call.id"],
            name=op.f("fk_referral_tenant_id_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_referral_tenant_id_made_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_referral_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_referral")),
        schema="hotline",
    )
    op.create_index("ix_referral_call", "referral", ["tenant_id", "call_id"], unique=False, schema="hotline")
    op.create_index(
        "ix_referral_state", "referral", ["tenant_id", "state", "chase_at"], unique=False, schema="hotline"
    )
    op.create_index(
        "ix_referral_made",
        "referral",
        ["tenant_id", "made_by", "state", "chase_at"],
        unique=False,
        schema="hotline",
    )
    ddl.protect("hotline.referral", clinical_subject="")

    op.create_table(
        "review",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column(
            "marks",
            pg.JSONB(),
            server_default="{}",
            nullable=False,
            comment="criterion → 1 to 5",
        ),
        sa.Column("feedback", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="access ends; asking again opens it anew",
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "read_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the operator read the feedback",
        ),
        sa.CheckConstraint("reason IN ('sampled', 'risk', 'new', 'asked')", name=op.f("ck_review_reason")),
        sa.CheckConstraint("state IN ('waiting', 'open', 'done', 'lapsed')", name=op.f("ck_review_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["hotline.call.tenant_id", "hotline.call.id"],
            name=op.f("fk_review_tenant_id_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "operator_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_review_tenant_id_operator_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reviewer_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_review_tenant_id_reviewer_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_review_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_review")),
        sa.UniqueConstraint("tenant_id", "call_id", name=op.f("uq_review_tenant_id_call_id")),
        schema="hotline",
    )
    op.create_index(
        "ix_review_operator",
        "review",
        ["tenant_id", "operator_id", "made_at"],
        unique=False,
        schema="hotline",
    )
    op.create_index(
        "ix_review_state", "review", ["tenant_id", "state", "made_at"], unique=False, schema="hotline"
    )
    ddl.protect("hotline.review", clinical_subject="")
