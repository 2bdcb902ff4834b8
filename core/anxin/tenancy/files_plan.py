"""What would change: the plan between the tenant as it is and the tenant file as it is wanted.

Both are laid out as trees of plain values in which lists are keyed (units by code, grants by permission), so
a moved line is no change and `plan(x, x)` is empty. A whole new or missing item is one change, not one per
field.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from flask_babel.speaklater import LazyString

from anxin.kernel.i18n import lazy
from anxin.tenancy.files_shape import TenantFile

Kind = Literal["add", "change", "remove"]


class Items(dict[str, Any]):
    """A list of the file, keyed. Its members show as `org[CY1-02]` in a path."""


SECTIONS = (
    "modules",
    "roles",
    "settings",
    "retention",
    "org",
    "staff",
    "providers",
    "contracts",
    "duty",
    "hosts",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan. `parts` leads to the place; `before`/`after` are plain values (None where
    absent)."""

    kind: Kind
    parts: tuple[str, ...]
    path: str
    before: Any
    after: Any

    @property
    def section(self) -> str:
        return self.parts[0]

    @property
    def line(self) -> LazyString:
        """One sentence for the person who decides, in the language of the moment it is shown."""
        words = {
            "path": self.path,
            "before": brief(self.before),
            "after": brief(self.after),
        }
        special = SENTENCES.get((self.section, self.kind)) if len(self.parts) == 2 else None
        if special is not None:
            value = self.after if self.kind == "add" else self.before
            return special(self.parts[1], value.get("name", "") if isinstance(value, dict) else "")
        if self.kind == "add":
            return lazy("Add %(path)s: %(after)s", **words)
        if self.kind == "remove":
            return lazy("Remove %(path)s: %(before)s", **words)
        return lazy("Change %(path)s: %(before)s → %(after)s", **words)


SENTENCES = {
    ("modules", "add"): lambda key, name: lazy("Switch on the module %(key)s", key=key),
    ("modules", "remove"): lambda key, name: lazy("Switch off the module %(key)s; its data stays", key=key),
    ("org", "add"): lambda key, name: lazy("Add the unit %(name)s (%(key)s)", key=key, name=name),
    ("org", "remove"): lambda key, name: lazy("Close the unit %(name)s (%(key)s)", key=key, name=name),
    ("roles", "add"): lambda key, name: lazy("Add the role %(key)s", key=key),
    ("roles", "remove"): lambda key, name: lazy("Remove the role %(key)s", key=key),
    ("staff", "add"): lambda key, name: lazy("Give %(name)s an account (%(key)s)", key=key, name=name),
    ("staff", "remove"): lambda key, name: lazy(
        "Take the roles of %(name)s back (%(key)s)", key=key, name=name
    ),
}


def plan(current: TenantFile | None, wanted: TenantFile) -> list[Change]:
    """The changes that lead from `current` (None: there is no such tenant yet) to `wanted`, in the file's
    order."""
    return list(_between(tree(current) if current else {}, tree(wanted), (), ""))


def tree(tenant: TenantFile) -> dict[str, Any]:
    """The tenant as keyed plain values; what is unset is left out."""
    plain = _plain(
        {
            name: getattr(tenant, name)
            for name in TenantFile.__dataclass_fields__
            if name not in {"roles", "settings", "retention"}
        }
    )
    plain["modules"] = Items({name: name for name in tenant.modules})
    plain["hosts"] = Items({host: host for host in tenant.hosts})
    plain["roles"] = {name: _role(asdict(role)) for name, role in tenant.roles.items()}
    plain["settings"] = {name: _plain(dict(values)) for name, values in tenant.settings.items()}
    plain["retention"] = {name: asdict(keep) for name, keep in tenant.retention.items()}
    plain["org"] = _items((unit.code, unit) for unit in tenant.org)
    plain["staff"] = _items((person.login, person) for person in tenant.staff)
    plain["providers"] = _items((provider.key, provider) for provider in tenant.providers)
    plain["duty"] = _items((turn.key, turn) for turn in tenant.duty)
    plain["contracts"] = _items((contract.reference, contract) for contract in tenant.contracts)
    for contract in tenant.contracts:
        plain["contracts"][contract.reference]["staff"] = _items((p.login, p) for p in contract.staff)
    return plain


def _items(pairs: Iterator[tuple[str, Any]]) -> Items:
    return Items({key: _plain(asdict(value)) for key, value in pairs})


def _role(role: dict[str, Any]) -> dict[str, Any]:
    grants = Items({grant["permission"]: grant["scope"] or "" for grant in role["grants"]})
    return {**_plain(role), "grants": grants}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(below) for key, below in value.items() if below is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(below) for below in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    return value


def _between(
    now: Mapping[str, Any], then: Mapping[str, Any], parts: tuple[str, ...], at: str
) -> Iterator[Change]:
    keyed = isinstance(now, Items) or isinstance(then, Items)
    for key in [*then, *(key for key in now if key not in then)]:
        path = f"{at}[{key}]" if keyed else f"{at}.{key}" if at else key
        here = (*parts, key)
        before, after = now.get(key), then.get(key)
        if not parts and key in SECTIONS:
            before, after = before or Items(), after or Items()
        if isinstance(before, dict) and isinstance(after, dict):
            keep = Items if isinstance(before, Items) or isinstance(after, Items) else dict
            named = keyed_as(key, keep)
            yield from _between(named(before), named(after), here, path)
        elif before is None and after is not None:
            yield Change("add", here, path, None, after)
        elif after is None and before is not None:
            yield Change("remove", here, path, before, None)
        elif before != after:
            yield Change("change", here, path, before, after)


def keyed_as(section: str, kind: type[dict[str, Any]]) -> type[dict[str, Any]]:
    """Tables named by their keys (roles, settings, retention) read `roles.counsellor`, whatever the other
    side is."""
    return dict if section in {"roles", "settings", "retention"} else kind


def brief(value: Any) -> str:
    """A value as a person reads it in a plan."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("zh") or ", ".join(str(key) for key in value))
    if isinstance(value, list):
        return ", ".join(brief(below) for below in value)
    return str(value)
