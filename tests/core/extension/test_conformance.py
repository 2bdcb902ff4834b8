"""Each rule can fail: plugins that break it, and the line they get."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy.orm import DeclarativeBase, mapped_column

from anxin.extension import conformance, tables
from anxin.extension.conformance import Examined
from anxin.extension.manifest import Purpose, Retention
from anxin.kernel.db import driver_url, sealed
from anxin.kernel.entry import Entry, entry
from anxin.kernel.guard import SIGNED_IN, Permission, guard
from anxin.kernel.i18n import lazy
from anxin.kernel.schemas import Input

WORD = lazy("Assessments")
USE = Purpose("rooms.use", WORD, 1, WORD)


def model(*, subject="person_id", clinical=False, extra=None):
    """A table `note` about people, in a catalogue of its own; with a sealed column when `extra` says so."""
    columns = {"text": sealed()} if extra == "sealed" else {}

    class Base(DeclarativeBase):
        metadata = sa.MetaData()

    sa.Table("person", Base.metadata, sa.Column("id", sa.Integer, primary_key=True), schema="core")
    facts = {
        "__tablename__": "note",
        "__table_args__": {"schema": "rooms"},
        "__subject__": subject,
        "__data_class__": "care",
        "__clinical__": clinical,
        "id": mapped_column(sa.Integer, primary_key=True),
        "person_id": mapped_column(sa.ForeignKey("core.person.id")),
        "made_at": mapped_column(sa.DateTime),
    }
    return type("Note", (Base,), facts | columns)


@pytest.fixture
def examined(registry):
    def make(views=None, **parts):
        plugins = registry(rooms=parts)
        app = SimpleNamespace(view_functions=views or {})
        return Examined(plugins.plugins["rooms"], plugins, app, None)

    return make


def lines(rule, it):
    return "\n".join(rule(it))


class TestGuards:
    def test_undeclared_words(self, examined):
        @guard(Permission("rooms.book", WORD), purpose="rooms.use")
        def view(ctx):
            return ""

        it = examined({"rooms.book": view, "rooms.open": lambda: "", "other.open": lambda: ""})
        assert list(conformance.guards(it)) == [
            "rooms.book asks for rooms.book: add it to the manifest's permissions",
            "rooms.book uses the purpose rooms.use: add it to the manifest's purposes",
            "rooms.open has no @guard",
        ]


class TestInputs:
    def test_a_lenient_schema_anywhere_is_found(self, examined):
        class Lenient(Schema):
            class Meta:
                unknown = EXCLUDE

        class Outer(Input):
            inner = fields.List(fields.Nested(Lenient))

        @guard(SIGNED_IN, input=Outer)
        def view(ctx, data):
            return ""

        said = lines(conformance.inputs, examined({"rooms.book": view}, settings=Lenient))
        assert "settings: Lenient takes unknown keys" in said
        assert "rooms.book: Lenient takes unknown keys" in said

    def test_strict_ones_pass(self, examined):
        class Strict(Input):
            self_again = fields.Nested(lambda: Strict(only=()))

        assert lines(conformance.inputs, examined(settings=Strict)) == ""


class TestAuditLines:
    def test_an_untranslated_line(self, examined):
        @entry("rooms.done", line=lazy("Did the thing that nobody translated"))
        class Done(Entry):
            pass

        assert "rooms.done reads “Did the thing" in lines(conformance.audit_lines, examined(audit=[Done]))


class TestPersonalData:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, "Note.person_id says who somebody is; add it to the manifest's personal_data"),
            ({}, "Note is kept for ever: add a Retention"),
            ({}, "it keeps personal data but has no subject_export"),
            ({}, "it keeps personal data but has no subject_erase"),
            ({"subject": None}, "Note.person_id says who somebody is"),
            ({"subject": None, "extra": "sealed"}, "seals text but names no __subject__"),
            ({"clinical": True}, "is clinical, but the manifest declares no purpose"),
        ],
    )
    def test_what_is_missing_is_named(self, examined, facts, expected):
        note = model(**facts)
        note.__schema__ = "rooms"
        assert expected in lines(conformance.personal_data, examined(models=[note]))

    def test_a_retention_needs_its_column(self, examined):
        note = model()
        note.__schema__ = "rooms"
        kept = Retention(note, after=timedelta(days=1), since="gone_at")
        said = lines(conformance.personal_data, examined(models=[note], retention=[kept]))
        assert "counts from gone_at, which is no column of it" in said
        assert "kept for ever" not in said

    def test_all_covered(self, examined):
        note = model(clinical=True)
        note.__schema__ = "rooms"
        it = examined(
            models=[note],
            purposes=[USE],
            personal_data=[note.person_id],
            retention=[Retention(note, after=timedelta(days=1))],
            subject_export=lambda ctx, person_id: {},
            subject_erase=lambda ctx, person_id: {},
        )
        assert lines(conformance.personal_data, it) == ""


# what a migration may get wrong → the rule and the line
TABLES = {
    "no wall": ("", tables.wall, "broken.note has no forced row-level security"),
    "not forced": (
        "ALTER TABLE broken.note ENABLE ROW LEVEL SECURITY",
        tables.wall,
        "no forced row-level security",
    ),
    "no policy": ("", tables.wall, "broken.note has no policy for the tenant"),
    "open policy": (
        "CREATE POLICY all_of_them ON broken.note TO anxin_app USING (true)",
        tables.wall,
        "does not compare tenant_id with guard.tenant(): true",
    ),
    "too much": (
        "GRANT TRUNCATE ON broken.note TO anxin_app",
        tables.wall,
        "may do more than read and write",
    ),
    "owner": ("ALTER TABLE broken.note OWNER TO anxin_guard", tables.wall, "belongs to anxin_guard"),
    "view": (
        "CREATE VIEW broken.all_notes AS SELECT * FROM broken.note",
        tables.wall,
        "security_invoker = true",
    ),
    "materialised": (
        "CREATE MATERIALIZED VIEW broken.all_notes AS SELECT * FROM broken.note",
        tables.wall,
        "cannot have row-level security",
    ),
    "definer": (
        "CREATE FUNCTION broken.peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        tables.wall,
        "broken.peek is SECURITY DEFINER",
    ),
    "primary key": ("", tables.keys, "has the primary key (id); it must be (tenant_id, id)"),
    "no key": ("CREATE TABLE broken.bare (tenant_id uuid)", tables.keys, "broken.bare has no primary key"),
    "index": (
        "CREATE INDEX note_text ON broken.note (text)",
        tables.keys,
        "note_text of broken.note begins with text",
    ),
    "reference": (
        "CREATE TABLE broken.part (tenant_id uuid, id uuid PRIMARY KEY, note uuid REFERENCES broken.note (id))",
        tables.keys,
        "of broken.part can point across tenants: use tenant_fk()",
    ),
    "abroad": (
        (
            "CREATE TABLE broken.part (tenant_id uuid, id uuid, sheet_id uuid, "
            "FOREIGN KEY (tenant_id, sheet_id) REFERENCES assessments.sheet (tenant_id, id))"
        ),
        tables.keys,
        "points into assessments; only the plugin's own tables and core's",
    ),
    "no model": ("", tables.migrations, "the models and the migrations differ: remove_table note"),
}


class TestTables:
    @pytest.fixture
    def broken(self, app: Flask, settings, registry):
        """A plugin `broken` whose one table was made without any care; undone at the end."""
        engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
        plugins = registry(broken={})
        with engine.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("CREATE SCHEMA broken AUTHORIZATION anxin_owner")
            connection.exec_driver_sql(
                "CREATE TABLE broken.note (tenant_id uuid, id uuid PRIMARY KEY, text text)"
            )
            connection.exec_driver_sql("ALTER TABLE broken.note OWNER TO anxin_owner")
            connection.exec_driver_sql("GRANT ALL ON SCHEMA broken TO anxin_guard")
            yield Examined(plugins.plugins["broken"], plugins, app, connection)
            transaction.rollback()

    @pytest.mark.parametrize("what", TABLES)
    def test_what_postgresql_says(self, broken, what):
        statement, rule, expected = TABLES[what]
        if statement:
            broken.connection.exec_driver_sql(statement)
        assert expected in lines(rule, broken)

    def test_a_check_that_only_the_model_has(self, app, runtime, settings):
        engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
        with engine.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("ALTER TABLE assessments.part DROP CONSTRAINT ck_part_state")
            it = Examined(runtime.registry.plugins["assessments"], runtime.registry, app, connection)
            said = lines(tables.migrations, it)
            transaction.rollback()
        assert said == "the CHECK ck_part_state of assessments.part is only in the model"
