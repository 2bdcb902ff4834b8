"""People of a tenant, what they may do, and how they come in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, sealed, tenant_fk


class Person(TenantModel):
    """Somebody in this tenant: employee, outsourced, family, or an agency's staff acting here under a contract.

    Contact data is sealed with the person's own key; `phone_index` finds a phone number without knowing it.
    """

    __tablename__ = "person"
    __subject__ = "id"
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("kind", "employee", "outsourced", "family", "agency_staff", "volunteer"),
        one_of("state", "active", "left", "erased"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("contract_id", "core.contract"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.Index("ix_person_unit", "tenant_id", "unit_id"),
        sa.Index("ix_person_sort", "tenant_id", "sort_key", "id"),
        sa.Index("ix_person_sound", "tenant_id", "sound", "id"),
        sa.Index("ix_person_initials", "tenant_id", "initials", "id"),
        sa.Index("ix_person_phone", "tenant_id", "phone_index"),
        sa.Index("ix_person_relative", "tenant_id", "relative_of"),
        tenant_fk("relative_of", "core.person"),
        sa.CheckConstraint("relative_of IS NULL OR kind = 'family'", name="relative"),
        sa.CheckConstraint("(kind = 'agency_staff') = (contract_id IS NOT NULL)", name="contract"),
    )

    kind: Mapped[str] = mapped_column(server_default="employee")
    state: Mapped[str] = mapped_column(server_default="active")
    number: Mapped[str | None] = mapped_column(comment="employee number (工号)")
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(
        sa.Text(collation="C"), comment="pinyin, with the surname read right"
    )
    sound: Mapped[str] = mapped_column(
        sa.Text(collation="C"), sa.Computed("replace(sort_key, ' ', '')"), nullable=True
    )
    initials: Mapped[str] = mapped_column(
        sa.Text(collation="C"),
        sa.Computed(r"regexp_replace(sort_key, '(\S)\S*\s*', '\1', 'g')"),
        nullable=True,
    )
    relative_of: Mapped[UUID | None] = mapped_column(comment="family: the worker they belong to")
    relation: Mapped[str | None] = mapped_column(comment="family: spouse, child, parent or other")
    unit_id: Mapped[UUID | None]
    hired_on: Mapped[date | None]
    birth_year: Mapped[int | None]
    gender: Mapped[str | None]
    contact: Mapped[bytes | None] = sealed(nullable=True, comment="{phone, email}")
    phone_index: Mapped[bytes | None]
    email_index: Mapped[bytes | None]
    traits: Mapped[dict[str, Any]] = mapped_column(pg.JSONB, server_default="{}", comment="job kind, shift …")
    locale: Mapped[str | None]
    contract_id: Mapped[UUID | None]
    home_tenant_id: Mapped[UUID | None] = mapped_column(comment="agency staff: their agency")
    home_person_id: Mapped[UUID | None] = mapped_column(comment="agency staff: who they are there")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    left_at: Mapped[datetime | None]


class Placement(TenantModel):
    """Who was in which unit from when to when: written by places.settle, one open row a person who has a unit."""

    __tablename__ = "placement"
    __subject__ = "person_id"
    __unit__ = "unit_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.CheckConstraint("until >= since", name="order"),
        sa.Index("ix_placement_unit", "tenant_id", "unit_id", "since"),
        sa.Index("ix_placement_person", "tenant_id", "person_id", "since"),
        sa.Index(
            "uq_placement_now",
            "tenant_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    person_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CareGroup(TenantModel):
    """A group that is due special help (困难职工, 四特 …), as the union names it. Who is in it: CareGroupMember."""

    __tablename__ = "care_group"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closed_at: Mapped[datetime | None]
    listed_at: Mapped[datetime | None] = mapped_column(comment="when the union last brought a list")
    listed_rows: Mapped[int | None] = mapped_column(comment="how many rows of it were understood, new or not")


class CareGroupMember(TenantModel):
    """Somebody is in a group. Behind the employer wall: the union brings lists and never sees them again."""

    __tablename__ = "care_group_member"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "care_group"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("group_id", "core.care_group"),
        sa.Index("ix_care_group_member_person", "tenant_id", "person_id"),
        sa.Index(
            "uq_care_group_member_now",
            "tenant_id",
            "group_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    group_id: Mapped[UUID]
    person_id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class RosterHeading(TenantModel):
    """What a heading of this union's own roster means, as somebody matched it: remembered for the next time."""

    __tablename__ = "roster_heading"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "heading"),)

    heading: Mapped[str] = mapped_column(comment="without spaces, width, case, stars, brackets")
    field: Mapped[str | None] = mapped_column(comment="null: leave it alone")
    said_at: Mapped[datetime]


class RosterImport(TenantModel):
    """A workbook on its way into the roster: uploaded, matched, looked at, run. The file itself is sealed elsewhere."""

    __tablename__ = "roster_import"
    __constraints__ = (
        one_of("kind", "roster", "group"),
        one_of("state", "draft", "running", "asks", "done"),
        tenant_fk("made_by", "core.person"),
        tenant_fk("group_id", "core.care_group"),
        sa.Index("ix_roster_import_made", "tenant_id", "made_at"),
    )

    kind: Mapped[str] = mapped_column(server_default="roster")
    state: Mapped[str] = mapped_column(server_default="draft")
    file_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None] = mapped_column(comment="kind group: the group the list is for")
    complete: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="it names everybody: who is missing leaves"
    )
    leavers_seen: Mapped[int | None] = mapped_column(comment="how many leavers somebody has agreed to")
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    failures_id: Mapped[UUID | None] = mapped_column(comment="the rows that were refused, as a workbook")
    task_id: Mapped[UUID | None]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Membership(TenantModel):
    """A role a person holds, with the unit it is for (scope "unit") and its dates."""

    __tablename__ = "membership"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_membership_person", "tenant_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "role", "unit_id", postgresql_nulls_not_distinct=True),
    )

    person_id: Mapped[UUID]
    role: Mapped[str]
    unit_id: Mapped[UUID | None]
    since: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    until: Mapped[datetime | None]
    pledged_at: Mapped[datetime | None] = mapped_column(comment="confidentiality agreement signed (helpers)")


class Role(TenantModel):
    """A tenant's role and its grants: permission → scope. Written from the tenant file or the roles page."""

    __tablename__ = "role"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    title: Mapped[str]
    grants: Mapped[dict[str, Any]]
    helper: Mapped[bool] = mapped_column(
        server_default=sa.false(),
        comment="only staff under a contract may hold it; clinical grants live here alone",
    )
    second_factor: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="whoever holds it signs in with a second factor"
    )


class Assignment(TenantModel):
    """A helper works with a person: the relation behind the scope "assigned". Ends, never deleted."""

    __tablename__ = "assignment"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("helper_id", "core.person"),
        sa.Index("ix_assignment_helper", "tenant_id", "helper_id", "person_id"),
    )

    person_id: Mapped[UUID]
    helper_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(comment="short code: crisis, request, referral")
    since: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    until: Mapped[datetime | None]


class Login(TenantModel):
    """A local sign-in (agencies, operators, unions without SSO): login name and Argon2id hash."""

    __tablename__ = "login"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "name"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(comment="e-mail or employee number, lower-cased")
    password: Mapped[str | None] = mapped_column(comment="Argon2id; null until activated")
    changed_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    failed_at: Mapped[datetime | None]


class Link(TenantModel):
    """A single-use link: activation or reset. Only the hash is kept."""

    __tablename__ = "link"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("kind", "activate", "reset"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
    )

    person_id: Mapped[UUID]
    kind: Mapped[str]
    token_hash: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIn(TenantModel):
    """A live or ended session (browser) or personal access token (API). Its capability is found by `token_hash`."""

    __tablename__ = "sign_in"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("kind", "browser", "token"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
        sa.Index("ix_sign_in_person", "tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default="browser")
    token_hash: Mapped[bytes]
    method: Mapped[str] = mapped_column(
        comment="local, oidc, wecom, dingtalk, feishu, passkey, phone, contract, token"
    )
    strong: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="a second factor or a passkey was shown"
    )
    proved_at: Mapped[datetime | None] = mapped_column(comment="who it is was last proved anew")
    name: Mapped[str | None] = mapped_column(comment="a token's name")
    device: Mapped[str | None] = mapped_column(comment="browser and system, coarse")
    permissions: Mapped[list[str] | None] = mapped_column(
        comment="a token's narrower rights; null: all of the person's"
    )
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Provider(TenantModel):
    """An OIDC provider of this tenant: metadata fetched once when the admin saved it; the secret is sealed."""

    __tablename__ = "provider"
    __constraints__ = (
        sa.UniqueConstraint("tenant_id", "name"),
        sa.UniqueConstraint("tenant_id", "issuer", "client_id"),
    )

    name: Mapped[str] = mapped_column(comment="short code used in the sign-in address")
    title: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    secret: Mapped[bytes | None] = sealed(nullable=True)
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", pg.JSONB, server_default="{}")
    number_claim: Mapped[str] = mapped_column(server_default="employee_number")
    admits_unknown: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="JIT with the lowest role"
    )
    on: Mapped[bool] = mapped_column("is_on", server_default=sa.true())
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ProviderAccount(TenantModel):
    """(provider, sub) → person. Never e-mail alone."""

    __tablename__ = "provider_account"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("provider_id", "core.provider"),
        sa.UniqueConstraint("tenant_id", "provider_id", "sub"),
    )

    person_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    sub: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Messenger(TenantModel):
    """The tenant's own app in WeCom, DingTalk or Feishu, bound to one organisation there; its secret is sealed."""

    __tablename__ = "messenger"
    __constraints__ = (
        one_of("vendor", "wecom", "dingtalk", "feishu"),
        one_of("match_by", "number", "user_id", "mobile"),
        sa.UniqueConstraint("tenant_id", "vendor", "corp"),
    )

    vendor: Mapped[str]
    corp: Mapped[str]
    app: Mapped[str]
    agent: Mapped[str | None] = mapped_column(comment="DingTalk: messages go under it")
    secret: Mapped[bytes | None] = sealed(nullable=True)
    api: Mapped[str | None] = mapped_column(comment="a private or government deployment's own address")
    login: Mapped[str | None]
    match_by: Mapped[str] = mapped_column(
        server_default="number", comment="what finds a person on the roster at the first sign-in"
    )
    signs_in: Mapped[bool] = mapped_column(server_default=sa.true())
    sends: Mapped[bool] = mapped_column(server_default=sa.false())
    admits_unknown: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="JIT with the lowest role"
    )
    on: Mapped[bool] = mapped_column("is_on", server_default=sa.true())
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class MessengerAccount(TenantModel):
    """(messenger, user id) → person; also where a message for the person goes."""

    __tablename__ = "messenger_account"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("messenger_id", "core.messenger"),
        sa.UniqueConstraint("tenant_id", "messenger_id", "account"),
        sa.UniqueConstraint("tenant_id", "messenger_id", "person_id"),
    )

    person_id: Mapped[UUID]
    messenger_id: Mapped[UUID]
    account: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class PendingSignIn(TenantModel):
    """A sign-in on its way: through a provider or messenger, or waiting for its second factor or a passkey.

    Found by the hash of a secret in the browser's cookie; what it needs to go on is sealed. Short-lived, used once.
    """

    __tablename__ = "pending_sign_in"
    __constraints__ = (
        one_of("kind", "oidc", "messenger", "factor", "passkey"),
        tenant_fk("provider_id", "core.provider"),
        tenant_fk("messenger_id", "core.messenger"),
        sa.UniqueConstraint("tenant_id", "state_hash"),
    )

    kind: Mapped[str] = mapped_column(server_default="oidc")
    provider_id: Mapped[UUID | None]
    messenger_id: Mapped[UUID | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    state_hash: Mapped[bytes]
    pending: Mapped[bytes] = sealed()
    next_path: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
