"""Sites, rooms with their hours and equipment, bookings, who holds confidential ones, and who waits.

Revision ID: rooms_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "rooms_0001", None, None, None


def upgrade() -> None:
    ddl.schema("rooms")
    op.create_table(
        "site",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "arrive", sa.Text(), server_default="", nullable=False, comment="how to get in, where to wait"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_site_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_site")),
        schema="rooms",
    )
    op.create_index("ix_site_name", "site", ["tenant_id", "name"], unique=False, schema="rooms")
    ddl.protect("rooms.site")

    op.create_table(
        "room",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("floor", sa.Text(), server_default="", nullable=False),
        sa.Column("capacity", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "confidential",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="who books is nobody's business",
        ),
        sa.Column("rules", sa.Text(), server_default="", nullable=False, comment="house rules, a line each"),
        sa.Column(
            "access", sa.Text(), server_default="", nullable=False, comment="steps, lift, hearing loop …"
        ),
        sa.Column("photo_id", sa.Uuid(), nullable=True, comment="a stored file"),
        sa.Column("code", sa.Text(), nullable=False, comment="short code at the door, also its QR address"),
        sa.Column(
            "step",
            sa.Integer(),
            server_default="60",
            nullable=False,
            comment="minutes from one offered beginning to the next",
        ),
        sa.Column(
            "stagger",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="minutes after opening that the first offer begins: clients do not meet",
        ),
        sa.Column("minutes", sa.Integer(), server_default="50", nullable=False, comment="of a usual booking"),
        sa.Column(
            "longest",
            sa.Integer(),
            server_default="180",
            nullable=False,
            comment="minutes of the longest booking",
        ),
        sa.Column(
            "before", sa.Integer(), server_default="0", nullable=False, comment="minutes kept free before"
        ),
        sa.Column(
            "after",
            sa.Integer(),
            server_default="10",
            nullable=False,
            comment="minutes kept free after: airing, tidying",
        ),
        sa.Column(
            "ahead", sa.Integer(), server_default="30", nullable=False, comment="days a booking may lie ahead"
        ),
        sa.Column(
            "approval",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a keeper says yes first",
        ),
        sa.Column(
            "walk_in",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="scan at the door and use it now",
        ),
        sa.Column(
            "check_in",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="who has not checked in a quarter past the beginning gives the room up",
        ),
        sa.Column(
            "for_hosts",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="only hosts and helpers book it",
        ),
        sa.Column(
            "on_holidays",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="open on statutory holidays too",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "type IN ('reading', 'group', 'decompression', 'counselling', 'assessment', 'music', 'sandtray', 'venting')",
            name=op.f("ck_room_type"),
        ),
        sa.CheckConstraint(
            "type NOT IN ('counselling', 'assessment') OR confidential", name=op.f("ck_room_confidential")
        ),
        sa.CheckConstraint(
            "before BETWEEN 0 AND 120 AND after BETWEEN 0 AND 120", name=op.f("ck_room_buffers")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_room_capacity")),
        sa.CheckConstraint("longest <= 720", name=op.f("ck_room_longest")),
        sa.CheckConstraint("minutes BETWEEN 5 AND longest", name=op.f("ck_room_minutes")),
        sa.CheckConstraint("step BETWEEN 5 AND 720", name=op.f("ck_room_step")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["rooms.site.tenant_id", "rooms.site.id"],
            name=op.f("fk_room_tenant_id_site_id_site"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_room_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_room")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_room_tenant_id_code")),
        schema="rooms",
    )
    op.create_index("ix_room_site", "room", ["tenant_id", "site_id", "name"], unique=False, schema="rooms")
    ddl.protect("rooms.room")

    op.create_table(
        "hours",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="1 is Monday"),
        sa.Column("opens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint("opens >= 0 AND closes > opens AND closes <= 1440", name=op.f("ck_hours_span")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_hours_tenant_id_room_id_room"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_hours_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_hours")),
        schema="rooms",
    )
    op.create_index(
        "ix_hours_room", "hours", ["tenant_id", "room_id", "weekday"], unique=False, schema="rooms"
    )
    ddl.protect("rooms.hours")

    op.create_table(
        "closing",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True, comment="null: every room of the site"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="for everybody who looks"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('closed', 'open')", name=op.f("ck_closing_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_closing_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_closing_tenant_id_room_id_room"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["rooms.site.tenant_id", "rooms.site.id"],
            name=op.f("fk_closing_tenant_id_site_id_site"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_closing_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_closing")),
        schema="rooms",
    )
    op.create_index("ix_closing_time", "closing", ["tenant_id", "ends_at"], unique=False, schema="rooms")
    ddl.protect("rooms.closing")

    op.create_table(
        "day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "follows", sa.Integer(), nullable=True, comment="a workday keeps the hours of this weekday"
        ),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'workday', 'usual')", name=op.f("ck_day_kind")),
        sa.CheckConstraint("follows BETWEEN 1 AND 7", name=op.f("ck_day_follows")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_day_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_day")),
        sa.UniqueConstraint("tenant_id", "on", name=op.f("uq_day_tenant_id_on")),
        schema="rooms",
    )
    ddl.protect("rooms.day")

    op.create_table(
        "equipment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), server_default="1", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False, comment="inventory number"),
        sa.Column("state", sa.Text(), server_default="fine", nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("check_every", sa.Integer(), nullable=True, comment="days between checks"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('fine', 'faulty', 'repair', 'retired')", name=op.f("ck_equipment_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_equipment_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_equipment_tenant_id_room_id_room"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_equipment_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_equipment")),
        schema="rooms",
    )
    op.create_index(
        "ix_equipment_room", "equipment", ["tenant_id", "room_id", "name"], unique=False, schema="rooms"
    )
    ddl.protect("rooms.equipment")

    op.create_table(
        "ticket",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_ticket_done")),
        sa.CheckConstraint("state IN ('open', 'doing', 'done')", name=op.f("ck_ticket_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "equipment_id"],
            ["rooms.equipment.tenant_id", "rooms.equipment.id"],
            name=op.f("fk_ticket_tenant_id_equipment_id_equipment"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_ticket_tenant_id_room_id_room"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_ticket_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ticket")),
        schema="rooms",
    )
    op.create_index(
        "ix_ticket_state", "ticket", ["tenant_id", "state", "made_at"], unique=False, schema="rooms"
    )
    ddl.protect("rooms.ticket")

    op.create_table(
        "booking",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column(
            "series_id", sa.Uuid(), nullable=True, comment="the same for all days of a recurring booking"
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="booked", nullable=False),
        sa.Column("source", sa.Text(), server_default="self", nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True, comment="who holds an open booking"),
        sa.Column("made_by", sa.Uuid(), nullable=True, comment="who booked on their behalf"),
        sa.Column(
            "title",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="of an open booking, for organiser and keepers",
        ),
        sa.Column("people", sa.Integer(), server_default="1", nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "late",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="cancelled later than the rule asks",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "over_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was cancelled, refused or released",
        ),
        sa.CheckConstraint(
            "NOT confidential OR (organiser_id IS NULL AND made_by IS NULL AND title = '' AND unit_id IS NULL)",
            name=op.f("ck_booking_nobody"),
        ),
        sa.CheckConstraint(
            "source IN ('self', 'walk_in', 'host', 'helper', 'waiting')", name=op.f("ck_booking_source")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'booked', 'here', 'done', 'no_show', 'cancelled', 'refused')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_span")),
        sa.CheckConstraint("people > 0", name=op.f("ck_booking_people")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_booking_tenant_id_made_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organiser_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_booking_tenant_id_organiser_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_booking_tenant_id_room_id_room"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_booking_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_booking_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_booking")),
        schema="rooms",
    )
    op.create_index(
        "ix_booking_asked",
        "booking",
        ["tenant_id", "starts_at"],
        unique=False,
        schema="rooms",
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_booking_due",
        "booking",
        ["tenant_id", "starts_at"],
        unique=False,
        schema="rooms",
        postgresql_where=sa.text("state IN ('asked', 'booked', 'here')"),
    )
    op.create_index(
        "ix_booking_organiser",
        "booking",
        ["tenant_id", "organiser_id", "starts_at"],
        unique=False,
        schema="rooms",
    )
    op.create_index(
        "ix_booking_room", "booking", ["tenant_id", "room_id", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index("ix_booking_series", "booking", ["tenant_id", "series_id"], unique=False, schema="rooms")
    op.create_index("ix_booking_time", "booking", ["tenant_id", "starts_at"], unique=False, schema="rooms")
    ddl.protect("rooms.booking")

    op.create_table(
        "holder",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "helper_id", sa.Uuid(), nullable=True, comment="the counsellor who booked it and will be there"
        ),
        sa.Column(
            "unit_id", sa.Uuid(), nullable=True, comment="for figures by unit, through disclosure control"
        ),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), nullable=False, comment="as in the booking, to list by"
        ),
        sa.Column(
            "note",
            sa.LargeBinary(),
            nullable=True,
            comment="what the person would like the counsellor to know",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "booking_id"],
            ["rooms.booking.tenant_id", "rooms.booking.id"],
            name=op.f("fk_holder_tenant_id_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "helper_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_holder_tenant_id_helper_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_holder_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_holder_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_holder_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_holder")),
        sa.UniqueConstraint("tenant_id", "booking_id", name=op.f("uq_holder_tenant_id_booking_id")),
        schema="rooms",
    )
    op.create_index(
        "ix_holder_helper", "holder", ["tenant_id", "helper_id", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index(
        "ix_holder_person", "holder", ["tenant_id", "person_id", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index("ix_holder_time", "holder", ["tenant_id", "starts_at"], unique=False, schema="rooms")
    ddl.protect("rooms.holder", clinical_subject="person_id")

    op.create_table(
        "wait",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'offered') = (offer_until IS NOT NULL)", name=op.f("ck_wait_offer")),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'left', 'expired')", name=op.f("ck_wait_state")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_wait_span")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_wait_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "room_id"],
            ["rooms.room.tenant_id", "rooms.room.id"],
            name=op.f("fk_wait_tenant_id_room_id_room"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_wait_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_wait_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_wait")),
        schema="rooms",
    )
    op.create_index(
        "ix_wait_person", "wait", ["tenant_id", "person_id", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index(
        "ix_wait_room", "wait", ["tenant_id", "room_id", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index(
        "ix_wait_state", "wait", ["tenant_id", "state", "starts_at"], unique=False, schema="rooms"
    )
    op.create_index(
        "uq_wait_open",
        "wait",
        ["tenant_id", "person_id", "room_id", "starts_at"],
        unique=True,
        schema="rooms",
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    ddl.protect("rooms.wait", clinical_subject="person_id")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
