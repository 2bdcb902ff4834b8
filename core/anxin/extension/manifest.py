"""The manifest: all a plugin adds, as data, checked when the process starts. `Plugin` is what `register()`
returns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import click
import flask
from marshmallow import Schema

from anxin.kernel.ctx import Ctx
from anxin.kernel.entry import Entry
from anxin.kernel.guard import Permission
from anxin.kernel.jobs import Job

Text = Any
Action = Literal["delete", "anonymise", "lock"]


@dataclass(frozen=True)
class Purpose:
    """Why personal data is used: asked for, recorded, versioned and enforced by core.

    `text` says in plain words what is done, who sees it, how long it is kept and how to withdraw. Raising
    `version` asks everybody again. `data_classes` are the model classes (`__data_class__`) it opens;
    `recipient` names who, apart from the person and the platform, receives data (a separate consent each,
    PIPL 23); `sensitive` marks PIPL 28 data. `requires` names a purpose without which this one makes no
    sense. `basis` other than consent is core's alone: it is explained to people, not asked (PIPL 13(4): an
    emergency of life and health).
    """

    name: str
    title: Text
    version: int
    text: Text
    data_classes: tuple[str, ...] = ()
    recipient: Text | None = None
    sensitive: bool = False
    requires: str | None = None
    basis: Literal["consent", "vital_interest"] = "consent"


@dataclass(frozen=True)
class NavItem:
    """A line in the navigation: shown to whoever may open it. `shell` says in which one ("me": on the page about
    oneself, which is where an employee's rarer things belong); `order` sorts (low first)."""

    title: Text
    endpoint: str
    permission: Permission | None
    icon: str = "circle-check"
    shell: Literal["employee", "staff", "me"] = "staff"
    order: int = 50
    group: Text = ""
    kinds: tuple[str, ...] = ()  # only in tenants of these kinds; empty: in all
    shown: Callable[[Ctx], bool] | None = None  # asked where a permission does not say it all


@dataclass(frozen=True)
class NoticeKind:
    """A notice people may get: its code and one neutral sentence, shown in-app and sent by mail. It never
    names the service or a person: somebody may read it over a shoulder. `text` is lazy, or a function of the
    notice's params."""

    code: str
    text: Text | Callable[..., str]


@dataclass(frozen=True)
class Retention:
    """How long rows of a model are kept after `since` (a column's name), and what happens then."""

    model: type[Any]
    after: timedelta
    action: Action = "delete"
    since: str = "made_at"
    reason: Text = ""


@dataclass(frozen=True)
class SubjectRights:
    """How a core room answers a person's copy and erasure (plugins use the hooks subject_export and
    subject_erase)."""

    name: str
    export: Callable[..., Mapping[str, Any]]  # (ctx, person_id) → JSON values under plain names
    erase: Callable[..., Mapping[str, int]]  # (ctx, person_id) → rows by table


@dataclass(frozen=True)
class Report:
    """A table for a permission, shown and taken along as a workbook by core's `reports`.

    `rows(ctx)` answers one mapping of the columns' keys a row, figures taken through kernel.disclosure, and audits that
    it was read. It takes no filter: figures of closed periods, the same for everybody, cannot be subtracted. `note`
    says what was counted, and when.
    """

    name: str
    title: Text
    permission: Permission
    columns: Sequence[tuple[str, Text]]
    rows: Callable[[Ctx], Sequence[Mapping[str, Any]]]
    note: Text = ""


@dataclass(frozen=True)
class ResourceKind:
    """Something other modules may take for a time, by its name, without knowing whose it is (core's `resources`).

    `window(ctx, resource_id, starts, ends, obey=True)` answers from when to when the resource is taken, buffers
    included; with `obey` it raises Invalid or Conflict when its rules (hours, closings) refuse that time. An unknown
    id is NotFound.
    """

    name: str
    title: Text
    window: Callable[..., tuple[datetime, datetime]]


@dataclass(frozen=True)
class Plugin:
    """A plugin on one screen. Names begin with the plugin's name; see plugins/README.md."""

    name: str
    title: Text
    requires_core: str
    summary: Text = ""
    icon: str = "blocks"
    permissions: Sequence[Permission] = ()
    purposes: Sequence[Purpose] = ()
    audit: Sequence[type[Entry]] = ()
    settings: type[Schema] | None = None
    nav: Sequence[NavItem] = ()
    pages: flask.Blueprint | None = None
    api: flask.Blueprint | None = None
    jobs: Sequence[Job] = ()
    reports: Sequence[Report] = ()
    notices: Sequence[NoticeKind] = ()
    resources: Sequence[ResourceKind] = ()
    retention: Sequence[Retention] = ()
    personal_data: Sequence[Any] = ()
    reacts: Mapping[type[Any], Callable[..., Any]] = field(default_factory=dict)
    models: Sequence[type[Any]] = ()
    hooks: Any = None  # the module with @hookimpl functions
    # how often one address may use a public form: endpoint → "20 per minute"
    doors: Mapping[str, str] = field(default_factory=dict)
    cli: click.Group | None = None  # the group of cli.py, called as the plugin is: `anxin NAME …`
    # touches sensitive data: an impact assessment is signed before it is switched on (PIPL 55)
    sensitive: bool = False
