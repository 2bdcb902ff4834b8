"""Presets: what a tenant file `extends`. In a checkout they are files under tenants/presets; the wheel
carries the same files as anxin/presets. Merging is deep for tables; a list in the tenant's file replaces the
preset's list whole.
"""

import tomllib
from pathlib import Path
from typing import Any

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy

PACKAGE = Path(__file__).resolve().parents[1]
PLACES = (PACKAGE.parents[1] / "tenants" / "presets", PACKAGE / "presets")


def names() -> list[str]:
    """Every preset there is, by name, sorted."""
    return sorted({path.stem for place in PLACES for path in place.glob("*.toml")})


def read(name: str) -> dict[str, Any]:
    """One preset as plain tables. Only names from `names()` exist, so a name can never lead out of the
    folder."""
    if name not in names():
        raise Invalid(
            lazy("The tenant file has mistakes."),
            fields={
                "extends": [
                    lazy(
                        "There is no preset “%(name)s”. There are: %(known)s.",
                        name=name,
                        known=", ".join(names()),
                    )
                ]
            },
        )
    path = next(place / f"{name}.toml" for place in PLACES if (place / f"{name}.toml").is_file())
    return tomllib.loads(path.read_text(encoding="utf-8"))


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`: tables merge key by key, anything else (lists too) is replaced."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def resolve(tables: dict[str, Any]) -> dict[str, Any]:
    """The file with its preset under it. A preset extends nothing itself, so a chain cannot form."""
    name = tables.get("extends")
    if not isinstance(name, str):
        return tables
    return merge(read(name), {key: value for key, value in tables.items() if key != "extends"})
