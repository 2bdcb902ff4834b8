"""Models and engines. Every tenant's row is a TenantModel: composite key, composite foreign keys, behind the wall.

Flask-SQLAlchemy keeps the engines; sessions are made by the context (`Ctx.db`), one a request or job, never global.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.orm import registry as orm_registry

from anxin.kernel import wire
from anxin.kernel.ids import new_id

log = logging.getLogger("anxin.db")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class _Declared(DeclarativeBase):
    """Types every model shares: aware times, JSONB, text; an enum is text with a CHECK (`one_of`)."""

    registry = orm_registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            str: sa.Text,
            datetime: sa.DateTime(timezone=True),
            dict[str, Any]: pg.JSONB,
            list[str]: pg.ARRAY(sa.Text),
            bytes: sa.LargeBinary,
        },
    )


db = SQLAlchemy(model_class=_Declared, disable_autonaming=True, session_options={"autobegin": False})
Base: type[DeclarativeBase] = db.Model  # type: ignore[assignment]  (Flask-SQLAlchemy's own base of it)


class TenantModel(Base):
    """A row of one tenant. Subclasses set `__tablename__`, `__schema__`, and say whose data it is:

    `__subject__`   the column with the person a row is about (None: not personal)
    `__unit__`      the column with the org unit of a row that has no subject, for the scope "unit"
    `__clinical__`  True: the employer wall holds in the database too (restrictive policy; see ddl.protect)
    `__of_helpers__` True: a clinical row about a helper's own work. Its subject reads it under the contract only, so
                    that who has left the agency reads it no more (ddl.protect with clinical_subject="")
    `__data_class__` what consent calls it: "account", "participation", "clinical", "contact", …
    """

    __abstract__ = True
    __schema__: ClassVar[str] = "core"
    __subject__: ClassVar[str | None] = None
    __unit__: ClassVar[str | None] = None
    __clinical__: ClassVar[bool] = False
    __of_helpers__: ClassVar[bool] = False
    __data_class__: ClassVar[str] = "account"
    __constraints__: ClassVar[Sequence[Any]] = ()

    @declared_attr
    def tenant_id(cls) -> Mapped[UUID]:  # noqa: N805  (declared_attr makes a class method of it)
        return mapped_column(sa.ForeignKey("core.tenant.id"), primary_key=True, sort_order=-2)

    @declared_attr
    def id(cls) -> Mapped[UUID]:  # noqa: N805  (as above)
        return mapped_column(primary_key=True, default=new_id, sort_order=-1)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805  (as above)
        return (*cls.__constraints__, {"schema": cls.__schema__})


def tenant_fk(column: str, target: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A reference that cannot cross tenants: `tenant_fk("person_id", "core.person")`. For `__constraints__`."""
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], ondelete=ondelete
    )


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """An enum kept as text: `one_of("state", "open", "closed")`. For `__constraints__`."""
    options = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({options})", name=column)


def sealed(*, nullable: bool = False, comment: str | None = None) -> MappedColumn[Any]:
    """A column whose value only the vault can read: write with `ctx.seal`, read with `ctx.open`."""
    return mapped_column(sa.LargeBinary, nullable=nullable, comment=comment, info={"sealed": True})


def sealed_columns(model: type[TenantModel]) -> list[str]:
    return [column.name for column in model.__table__.columns if column.info.get("sealed")]


def engine_options(pool_size: int = 8) -> dict[str, Any]:
    """Small pool, a known search_path on each connection; all it knew is forgotten when one comes back (see `FORGET`).

    The connection that came back last is used next: its server process knows the tables already, and those that
    only a rush needed stay small.
    """
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        "pool_pre_ping": False,
        "pool_use_lifo": True,
        "pool_reset_on_return": None,
        "connect_args": {
            "prepare_threshold": None,
            "application_name": "anxin",
            "options": "-c search_path=pg_catalog -c timezone=UTC",
        },
    }


# In a connection's pool record:
NAMES = "names"  # how the names of its statements begin; nowhere in SQL
ENDS = "ends"  # its transaction changed nothing, and ends when it comes back
PLAIN = "plain"  # nobody but a link had it, and prepared nothing of their own
LATER = "later"  # whoever takes it next looks whether it forgot, instead of whoever gives it back
FORGOT = "forgot"  # it did so with its last COMMIT, and has done nothing since

# What `DISCARD ALL` does, but for plans and what a link prepared: they hold no values, only the shape of a
# query as seen by a role, and making them anew was half of what a short request cost in the database.
FORGET = (
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ALL",
    "CLOSE ALL",
    "UNLISTEN *",
    "DISCARD SEQUENCES",
    "DISCARD TEMP",
    "SELECT pg_catalog.pg_advisory_unlock_all()",
)
FORGET_AT_ONCE = "; ".join(FORGET).encode()
# Reading and changing rows opens no cursor and listens to nothing. What else it could leave behind, a role that is kept
# as it should be cannot: so settings are all there is to forget.
FORGET_ROWS = ("RESET ALL",)
COULD_LEAVE_MORE = """
SELECT rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid)
    OR pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP')
    OR EXISTS (SELECT FROM pg_catalog.pg_sequence s WHERE pg_catalog.has_sequence_privilege(s.seqrelid, 'USAGE'))
    OR EXISTS (SELECT FROM pg_catalog.pg_proc p
                WHERE p.proname IN ('pg_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock',
                                    'pg_try_advisory_lock_shared') AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
  FROM pg_catalog.pg_roles r WHERE rolname = current_user
"""
FORGET_STATEMENTS = b"; SELECT guard.forget_statements('%b')"  # walks all that a connection has prepared


def init_app(app: Flask, *, app_url: str, auth_url: str, pool_size: int = 8) -> None:
    """Two engines: the application role's for all work, the auth role's for capabilities, relay and seals."""
    app.config["SQLALCHEMY_DATABASE_URI"] = app_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(pool_size)
    app.config["SQLALCHEMY_BINDS"] = {"auth": {"url": auth_url, **engine_options(2)}}
    db.init_app(app)
    app.teardown_appcontext_funcs.remove(db._teardown_session)  # its own session is never made
    with app.app_context():
        for engine in (db.engine, db.engines["auth"]):
            event.listen(engine, "reset", _forget)
            event.listen(engine, "checkout", _forgotten)


def _forget(connection: Any, record: Any, state: Any) -> None:
    """Whatever a request left in the backend is gone before the next one: rollback, then FORGET in one round trip."""
    known = record.info
    if known.pop(FORGOT, False) or state.terminate_only:
        return
    ends, later = known.pop(ENDS, False), known.get(LATER, False)
    if not ends:
        connection.rollback()
    forget = b"COMMIT; " + FORGET_AT_ONCE if ends else FORGET_AT_ONCE
    if not known.pop(PLAIN, False):
        forget += FORGET_STATEMENTS % known.get(NAMES, "").encode()
    wire.send(connection.pgconn, forget)
    if not later and (failed := wire.outcome(connection.pgconn)) is not None:
        raise psycopg.OperationalError(f"a connection could not forget: {failed.get_error_message()}")


def _forgotten(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that could not forget, or that the server ended, is thrown away; the pool makes another."""
    failed = None
    try:
        if record.info.pop(LATER, False):
            failed = wire.outcome(connection.pgconn)
        else:
            wire.hear(connection.pgconn)
    except psycopg.OperationalError as error:  # the server went away meanwhile
        raise DisconnectionError(str(error)) from error
    if failed is not None:
        log.warning("a connection could not forget: %s", failed.get_error_message())
        raise DisconnectionError("a connection could not forget")


def driver_url(address: str) -> str:
    """A postgresql:// address as SQLAlchemy wants it (psycopg 3)."""
    scheme, found, rest = address.partition("://")
    return f"postgresql+psycopg{found}{rest}" if scheme in ("postgresql", "postgres") else address
