"""What proves a second time who somebody is, what lets a phone sign a desktop in, and what programs come in with (SCIM)."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, sealed, tenant_fk


class Authenticator(TenantModel):
    """An authenticator app (TOTP, RFC 6238). `last_step` is the newest code that was taken: none works twice."""

    __tablename__ = "authenticator"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    secret: Mapped[bytes] = sealed()
    last_step: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    failed_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Passkey(TenantModel):
    """A passkey (WebAuthn): the public half; `sign_count` tells a copied key where the key counts."""

    __tablename__ = "passkey"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "credential"),
        sa.Index("ix_passkey_person", "tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    credential: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    used_at: Mapped[datetime | None]


class RecoveryCode(TenantModel):
    """A code on paper for the day the phone is lost; 80 random bits, kept as a hash, works once."""

    __tablename__ = "recovery_code"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id", "code_hash"),
    )

    person_id: Mapped[UUID]
    code_hash: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    used_at: Mapped[datetime | None]


class KnownDevice(TenantModel):
    """A browser in which the person has signed in before: others' guesses at the name do not make it wait. Its own do."""

    __tablename__ = "known_device"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id", "token_hash"),
    )

    person_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    failures: Mapped[int] = mapped_column(server_default="0")
    failed_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class PhoneSignIn(TenantModel):
    """A desktop page that waits for a phone. `desk_hash` is the browser's own secret: the code that everybody in the room
    can photograph lets a phone say yes, but only that browser comes in."""

    __tablename__ = "phone_sign_in"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("state", "shown", "confirmed", "refused", "used"),
        sa.UniqueConstraint("tenant_id", "desk_hash"),
        sa.UniqueConstraint("tenant_id", "code_hash"),
    )

    desk_hash: Mapped[bytes]
    code_hash: Mapped[bytes]
    code: Mapped[bytes] = sealed(comment="to draw the picture again")
    number: Mapped[int] = mapped_column(comment="two digits on the desktop, picked on the phone")
    state: Mapped[str] = mapped_column(server_default="shown")
    person_id: Mapped[UUID | None]
    strong: Mapped[bool] = mapped_column(server_default=sa.false(), comment="the phone had a second factor")
    device: Mapped[str | None] = mapped_column(comment="the desktop's browser and system, coarse")
    next_path: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]


class ScimToken(TenantModel):
    """What the employer's directory comes in with; only the hash is kept."""

    __tablename__ = "scim_token"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "token_hash"),)

    name: Mapped[str]
    token_hash: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ScimUser(TenantModel):
    """A person as the employer's directory knows them. What the roster has no column for is sealed."""

    __tablename__ = "scim_user"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "user_name"),
        sa.Index("ix_scim_user_external", "tenant_id", "external_name"),
    )

    person_id: Mapped[UUID]
    user_name: Mapped[str] = mapped_column(comment="lower-cased")
    external_name: Mapped[str | None] = mapped_column(comment="the directory's own id (externalId)")
    document: Mapped[bytes] = sealed(comment="the user as the directory last wrote it")
    version: Mapped[int] = mapped_column(server_default="1")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ScimGroup(TenantModel):
    """A group of the directory. It does nothing until an admin says which role or unit its members get."""

    __tablename__ = "scim_group"
    __constraints__ = (
        tenant_fk("unit_id", "core.unit"),
        sa.UniqueConstraint("tenant_id", "title"),
        sa.CheckConstraint("role IS NULL OR unit_id IS NULL", name="one_meaning"),
    )

    title: Mapped[str]
    external_name: Mapped[str | None]
    role: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default="1")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ScimMember(TenantModel):
    """Who is in a group."""

    __tablename__ = "scim_member"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("group_id", "core.scim_group"),
        sa.UniqueConstraint("tenant_id", "group_id", "person_id"),
        sa.Index("ix_scim_member_person", "tenant_id", "person_id"),
    )

    group_id: Mapped[UUID]
    person_id: Mapped[UUID]
