"""What is installed, loaded and, per tenant, enabled; and the loop that calls hooks so that one plugin's
failure stays its own. pluggy collects the implementations; the loop filters them by the tenant's modules and
catches each alone.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple
from uuid import UUID

import pluggy
import sqlalchemy as sa
from marshmallow import Schema
from sqlalchemy.orm import SessionTransaction

from anxin.extension import events, hookspecs
from anxin.extension.check import check
from anxin.extension.manifest import NoticeKind, Plugin, Purpose, SubjectRights
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import AnxinError, ConfigurationError
from anxin.kernel.guard import Permission
from anxin.kernel.jobs import Job

log = logging.getLogger("anxin.extension")

GROUP = "anxin.plugins"
HOOK_TIMEOUT = "3s"
DEMO_TIMEOUT = "10min"  # months of history, written once, on a machine of unknown speed


@dataclass(frozen=True)
class Answer:
    """One plugin's answer to a hook; `failed` says that it raised (the value is None then)."""

    plugin: str
    value: Any = None
    failed: bool = False


class Implementation(NamedTuple):
    """One plugin's function for a hook; like everywhere in pluggy it may leave out arguments it does not
    need."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]


@dataclass
class CoreParts:
    """What the core's own rooms declare, in the shape plugins use."""

    permissions: list[Permission] = field(default_factory=list)
    purposes: list[Purpose] = field(default_factory=list)
    entries: list[type[Any]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    nav: list[Any] = field(default_factory=list)
    settings: dict[str, type[Schema]] = field(default_factory=dict)
    notices: list[NoticeKind] = field(default_factory=list)
    retention: list[Any] = field(default_factory=list)
    personal_data: list[Any] = field(default_factory=list)
    subjects: list[SubjectRights] = field(default_factory=list)


class Registry:
    """All manifests of this process. Built once by `create_app`; read-only afterwards."""

    def __init__(self, core: CoreParts, plugins: Sequence[Plugin], manager: pluggy.PluginManager) -> None:
        self.core, self.manager = core, manager
        self.plugins: dict[str, Plugin] = {
            plugin.name: plugin for plugin in sorted(plugins, key=lambda p: p.name)
        }
        self._permission_plugin = {p.name: plugin.name for plugin in plugins for p in plugin.permissions}
        self._settings: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        self._impls = {
            name: [
                Implementation(impl.plugin_name, impl.function, impl.argnames)
                for impl in getattr(manager.hook, name).get_hookimpls()
            ]
            for name in hookspecs.POLICIES
        }
        self._reactions: dict[type[Any], list[tuple[str, Callable[..., Any]]]] = {}
        for plugin in self.plugins.values():
            for event, react in plugin.reacts.items():
                self._reactions.setdefault(event, []).append((plugin.name, react))

    # ---- declarations
    # -------------------------------------------------------------------------------------------

    @cached_property
    def permissions(self) -> dict[str, Permission]:
        found = [*self.core.permissions, *(p for plugin in self.plugins.values() for p in plugin.permissions)]
        return {permission.name: permission for permission in found}

    @cached_property
    def purposes(self) -> dict[str, Purpose]:
        found = [*self.core.purposes, *(p for plugin in self.plugins.values() for p in plugin.purposes)]
        return {purpose.name: purpose for purpose in found}

    @cached_property
    def notices(self) -> dict[str, NoticeKind]:
        found = [*self.core.notices, *(n for plugin in self.plugins.values() for n in plugin.notices)]
        return {kind.code: kind for kind in found}

    @cached_property
    def entries(self) -> dict[str, type[Any]]:
        found = [*self.core.entries, *(e for plugin in self.plugins.values() for e in plugin.audit)]
        return {entry.action: entry for entry in found}

    def purposes_of(self, tenant: TenantInfo) -> list[Purpose]:
        """Purposes that matter in this tenant: core's and those of its enabled modules."""
        return [
            *self.core.purposes,
            *(p for plugin in self.enabled(tenant) for p in plugin.purposes),
        ]

    def plugin_of(self, permission: str) -> str | None:
        """The plugin that declares a permission (None: core's)."""
        return self._permission_plugin.get(permission)

    def enabled(self, tenant: TenantInfo) -> list[Plugin]:
        return [plugin for plugin in self.plugins.values() if plugin.name in tenant.modules]

    def doors(self) -> dict[str, str]:
        """How often one address may use the plugins' public forms, by endpoint."""
        return {
            endpoint: often for plugin in self.plugins.values() for endpoint, often in plugin.doors.items()
        }

    def jobs(self) -> dict[str, Job]:
        """All jobs by name, those of events included ("event:rooms:CrisisRaised")."""
        found = {job.name: job for job in self.core.jobs}
        for plugin in self.plugins.values():
            found |= {job.name: replace(job, plugin=plugin.name) for job in plugin.jobs}
        for event, reactions in self._reactions.items():
            for name, react in reactions:
                job_name = _event_job(name, event)
                found[job_name] = Job(job_name, partial(_react, kind=event, react=react), plugin=name)
        return found

    def settings_schema(self, name: str) -> type[Schema] | None:
        plugin = self.plugins.get(name)
        return plugin.settings if plugin else self.core.settings.get(name)

    def settings(self, tenant: TenantInfo, name: str) -> Mapping[str, Any]:
        """A tenant's settings of a plugin or core room, loaded by its schema with defaults (cached per
        version)."""
        key = (tenant.id, tenant.config_version, name)
        if key not in self._settings:
            schema = self.settings_schema(name)
            if len(self._settings) > 4096:
                self._settings.clear()
            self._settings[key] = schema().load(dict(tenant.settings.get(name, {}))) if schema else {}  # type: ignore[assignment]  (settings are one object)
        return self._settings[key]

    # ---- hooks
    # --------------------------------------------------------------------------------------------------

    def implementers(self, hook: str) -> list[str]:
        """The plugins that implement a hook."""
        return [implementation.plugin for implementation in self._impls[hook]]

    def jobs_for(self, ctx: Ctx, event: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """The jobs an event causes among the tenant's enabled plugins."""
        for name, _ in self._reactions.get(type(event), ()):
            if name in ctx.tenant.modules:
                yield _event_job(name, type(event)), {"event": event.payload()}

    def call(self, ctx: Ctx, hook: str, **arguments: Any) -> Iterator[Answer]:
        """Ask each enabled plugin ("must" hooks: each installed one), one after the other, each on its own.

        Every implementation runs in a savepoint with a statement timeout; afterwards the tenant is asserted
        again. A failure is logged and comes back as `Answer(failed=True)`; what it means is the policy's
        (see hookspecs).
        """
        everybody = hookspecs.POLICIES[hook] == "must"
        for implementation in self._impls[hook]:
            if everybody or implementation.plugin in ctx.tenant.modules:
                yield self._ask(ctx, hook, implementation, arguments)

    def decide(self, ctx: Ctx, hook: str, **arguments: Any) -> bool:
        """A "decide" hook: one no, or one failure, is a no."""
        return all(
            not answer.failed and answer.value is not False for answer in self.call(ctx, hook, **arguments)
        )

    def _ask(self, ctx: Ctx, hook: str, asked: Implementation, arguments: dict[str, Any]) -> Answer:
        name, known = asked.plugin, {"ctx": ctx, **arguments}
        tenant, savepoint = ctx.tenant.id, ctx.db.begin_nested()
        before = ctx.mark()
        try:
            timeout = DEMO_TIMEOUT if hook == "demo" else HOOK_TIMEOUT
            ctx.db.execute(sa.text(f"SET LOCAL statement_timeout = '{timeout}'"))
            with ctx.acting(plugin=name):
                value = asked.function(**{argument: known[argument] for argument in asked.arguments})
                if isinstance(value, Iterator):
                    value = list(value)
            ctx.answer_for_reads(before)
            ctx.send()  # what it holds back belongs to it, and so does what goes wrong with that
            savepoint.commit()
            return Answer(name, value)
        except AnxinError as error:
            log.warning("hook %s of %s refused: %s", hook, name, error.code)
        except Exception:  # a plugin's bug must not take the page with it
            log.exception("hook %s of %s failed", hook, name)
        finally:
            self._back_in(ctx, savepoint, tenant, name, hook)
        ctx.undo(before)
        return Answer(name, failed=True)

    @staticmethod
    def _back_in(ctx: Ctx, savepoint: SessionTransaction, tenant: UUID, name: str, hook: str) -> None:
        """Whatever the hook did: its half-done work is gone, and we are still in the tenant, or nothing goes
        on."""
        if savepoint.is_active:
            savepoint.rollback()
        inside = None
        if ctx.db.is_active:
            ctx.db.execute(sa.text("SET LOCAL statement_timeout = 0"))
            inside = ctx.db.scalar(sa.text("SELECT guard.tenant()"))
        if inside != tenant:
            raise ConfigurationError(
                f"the plugin {name} left its tenant in {hook}: a hook neither commits nor rolls back",
                code="tenant_left",
            )


def _event_job(plugin: str, event: type[Any]) -> str:
    return f"event:{plugin}:{event.__name__}"


def _react(ctx: Ctx, *, kind: type[events.Event], react: Callable[..., Any], event: dict[str, Any]) -> None:
    react(ctx, kind.from_payload(event))


def load(core: CoreParts, wanted: Sequence[str] = ()) -> Registry:
    """Find the installed plugins, load the deployment's list (empty: all), check every manifest, build the
    registry.

    Raises ConfigurationError naming the plugin and the fix.
    """
    found = _installed()
    names = list(wanted) or sorted(found)
    missing = [name for name in names if name not in found]
    if missing:
        raise ConfigurationError(
            f"plugin “{missing[0]}” is in ANXIN_PLUGINS but not installed (installed: "
            f"{', '.join(sorted(found))})",
            code="plugin_missing",
        )
    modules = []
    for name in names:
        try:
            modules.append((name, found[name].load()))
        except Exception as error:
            raise ConfigurationError(
                f"plugin “{name}” cannot be imported: {type(error).__name__}: {error}", code="plugin_broken"
            ) from error
    return assemble(core, modules)


def _installed() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if (other := found.setdefault(point.name, point)).value != point.value:
            raise ConfigurationError(
                f"two installed packages bring a plugin “{point.name}” ({other.value}, "
                f"{point.value}): uninstall one",
                code="plugin_twice",
            )
    return found


def assemble(core: CoreParts, modules: Sequence[tuple[str, Any]]) -> Registry:
    """A registry of these plugin modules (name → module with `register`)."""
    manager = pluggy.PluginManager("anxin")
    manager.add_hookspecs(hookspecs)
    plugins: list[Plugin] = []
    for name, module in modules:
        plugin = _manifest(name, module)
        check(name, plugin, core, plugins)
        plugins.append(plugin)
        _add_hooks(manager, name, plugin.hooks or module)
    return Registry(core, plugins, manager)


def _manifest(name: str, module: Any) -> Plugin:
    if not hasattr(module, "register"):
        raise ConfigurationError(
            f"plugin “{name}”: {module.__name__} has no register(); write one that returns an "
            "anxin.plugin.Plugin",
            code="plugin_broken",
        )
    try:
        return module.register()
    except Exception as error:
        raise ConfigurationError(
            f"plugin “{name}”: register() failed: {type(error).__name__}: {error}", code="plugin_broken"
        ) from error


def _add_hooks(manager: pluggy.PluginManager, name: str, implementations: Any) -> None:
    try:
        manager.register(implementations, name=name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ConfigurationError(
            f"plugin “{name}”: {' '.join(str(error).split())}; the hooks are in anxin/extension/hookspecs.py",
            code="hook_unknown",
        ) from error
    for caller in manager.get_hookcallers(implementations) or ():
        if any(impl.hookwrapper or impl.wrapper for impl in caller.get_hookimpls()):
            raise ConfigurationError(
                f"plugin “{name}”: {caller.name} is a hook wrapper, which could change others' "
                "answers; make it a "
                "plain @hookimpl",
                code="hook_wrapper",
            )
