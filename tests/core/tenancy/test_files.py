"""Tenant files: every mistake is named by its path, a file survives being written, a plan is the whole
difference."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import locale_scope
from anxin.tenancy import files, files_presets
from anxin.tenancy.files_plan import tree

HEAD = 'extends = "enterprise-union"\nslug = "dongling"\nname = "东岭油田第三采油厂工会"\n'
CONTRACT = """
[[contracts]]
agency = "mingxin"
reference = "MX-2026-01"
services = ["assessments"]
starts = 2026-01-01
ends = 2026-12-31
staff = [{ login = "hejingyi", roles = ["duty"] }]
"""
DUTY = """
[[duty]]
agency = "mingxin"
staff = "hejingyi"
as = "counsellor"
days = ["mon"]
from = "08:00"
to = "20:00"
"""
DEMO = sorted((Path(__file__).parents[3] / "tenants" / "demo").glob("*.toml"))


def mistakes(text: str) -> dict[str, list[str]]:
    with locale_scope("en"), pytest.raises(Invalid) as refused:
        files.parse(text)
    with locale_scope("en"):
        return {path: [str(each) for each in said] for path, said in refused.value.fields.items()}


# --- presets and merging ----------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["agency", "district-union", "enterprise-union"])
def test_every_preset_is_a_tenant_once_it_has_a_name(preset: str) -> None:
    tenant = files.parse(f'extends = "{preset}"\nslug = "some-union"\nname = "某工会"\n')
    assert tenant.kind == preset.replace("-", "_")
    assert files.plan(tenant, tenant) == []


def test_all_presets_are_covered_above() -> None:
    assert files_presets.names() == ["agency", "district-union", "enterprise-union"]


def test_tables_merge_and_lists_replace() -> None:
    tenant = files.parse(
        HEAD + 'modules = []\n[brand]\nproduct_name = "心晴驿站"\n[roles.liaison]\ngrants = []\n'
    )
    assert tenant.brand == files.Brand("心晴驿站", "#1f6f6b")
    assert tenant.modules == ()
    assert tenant.roles["liaison"] == files.Role("liaison", files.Words("情感联络员", "Liaison officer"))
    assert "union_admin" in tenant.roles


def test_merging_leaves_the_preset_alone() -> None:
    below = {"brand": {"colour": "#111111"}, "modules": ["a"]}
    kept = deepcopy(below)
    assert files_presets.merge(below, {"brand": {"colour": "#222222"}}) == {
        "brand": {"colour": "#222222"}, "modules": ["a"],
    }  # fmt: skip
    assert below == kept


@pytest.mark.parametrize("name", ["../demo/qinghe", "nothing", "/etc/passwd"])
def test_only_presets_by_name(name: str) -> None:
    assert list(mistakes(HEAD.replace("enterprise-union", name))) == ["extends"]


def test_no_union_role_of_its_own_people_is_granted_results() -> None:
    for preset in ("district-union", "enterprise-union"):
        tenant = files.parse(f'extends = "{preset}"\nslug = "some-union"\nname = "某工会"\n')
        for role in tenant.roles.values():
            if role.held_by == "people":
                granted = {grant.permission for grant in role.grants}
                assert not granted & {"assessments.result.read", "safety.crisis.handle"}, role.name


# --- mistakes, by path ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        ("colour = 1\n", "colour", "not known"),
        (
            "[roles.counsellor]\ngrants = ['a.b', 'c.d:own', 'e.f:world']\n",
            "roles.counsellor.grants[2]",
            "scope",
        ),
        ("[roles.counsellor]\ngrants = ['a.b', 'plain']\n", "roles.counsellor.grants[1]", "“plain”"),
        ("[roles.counsellor]\ngrants = ['a.b:own', 'a.b:unit']\n", "roles.counsellor.grants[1]", "twice"),
        ("[roles.counsellor]\ngrant = []\n", "roles.counsellor.grant", "not known"),
        ("[roles.new]\ngrants = []\n", "roles.new.title", "missing"),
        ("[brand]\ncolour = 'teal'\n", "brand.colour", "#1f6f6b"),
        ("hosts = 'a.example'\n", "hosts", "list"),
        ("org = [{ code = 'A', name = '一队', under = 'B' }]\n", "org[0].under", "“B”"),
        ("org = [{ code = 'A', name = '一' }, { code = 'A', name = '二' }]\n", "org[1]", "twice"),
        (
            "org = [{ code = 'A', name = '一', under = 'B' }, { code = 'B', name = '二', under = 'A' }]\n",
            "org[0].under",
            "circle",
        ),
        ("staff = [{ login = 'zhou', name = '周', roles = ['king'] }]\n", "staff[0].roles[0]", "“king”"),
        ("staff = [{ login = 'zhou', name = '周', roles = ['duty'] }]\n", "staff[0].roles[0]", "agency"),
        ("parent = 'dongling'\n", "parent", "own parent"),
        ("timezone = 'Mars/Olympus'\n", "timezone", "Mars"),
        ("[help_line]\nhours = { zh = '全天 24 小时', en = 'always' }\n", "help_line.hours", "24"),
        ("[help_line]\nnumber = '10086'\n", "help_line.number", "12356"),
        ("[retention.audit]\ndays = 0\n", "retention.audit.days", "36500"),
        (CONTRACT.replace("2026-12-31", "2025-12-31"), "contracts[0].ends", "end before"),
        (CONTRACT.replace("2026-12-31", "'2026-12-31'"), "contracts[0].ends", "date"),
        (CONTRACT + "prices = { session = 399.5 }\n", "contracts[0].prices.session", "whole number"),
        (CONTRACT + "prices = { session = -1 }\n", "contracts[0].prices.session", "0 to 100000000"),
        (CONTRACT + "clocks = { crisis = 0 }\n", "contracts[0].clocks.crisis", "1 to 129600"),
        (CONTRACT + "sessions_per_person = 0\n", "contracts[0].sessions_per_person", "1 to 365"),
        (CONTRACT.replace('"duty"', '"union_admin"'), "contracts[0].staff[0].roles[0]", "agency staff"),
        (
            DUTY.replace("hejingyi", "nobody") + CONTRACT,
            "duty[0].staff",
            "no contract",
        ),
        (
            DUTY.replace("08:00", "8") + CONTRACT,
            "duty[0].from",
            "08:00",
        ),
    ],
)
def test_a_mistake_is_named_by_its_path(text: str, path: str, says: str) -> None:
    found = mistakes(HEAD + text)
    assert next(iter(found)) == path
    assert says in found[path][0]
    assert len(found) == (2 if says == "circle" else 1)


def test_every_mistake_is_named_in_one_run() -> None:
    found = mistakes(HEAD + "colour = 1\nlocale = 'fr'\n[brand]\ncolour = 'teal'\n")
    assert list(found) == ["locale", "brand.colour", "colour"]


PROVIDER = """
[[providers]]
key = "employer"
title = { zh = "东岭油田统一登录", en = "Dongling single sign-on" }
issuer = "https://sso.dongling.example"
client_id = "anxin"
"""


def test_a_secret_in_the_file_is_refused_and_not_repeated() -> None:
    found = mistakes(HEAD + PROVIDER + 'client_secret = "hunter2"\n')
    assert list(found) == ["providers[0].client_secret"]
    assert "hunter2" not in str(found)


def test_exactly_one_place_for_the_secret() -> None:
    assert list(mistakes(HEAD + PROVIDER)) == ["providers[0]"]
    assert list(mistakes(HEAD + PROVIDER + 'secret_env = "A"\nsecret_file = "b"\n')) == ["providers[0]"]
    assert (
        files.parse(HEAD + PROVIDER + 'secret_env = "SSO_SECRET"\n').providers[0].claim_number
        == "employee_number"
    )


def test_a_staffed_line_may_say_24_hours() -> None:
    own = "[help_line.own]\nnumber = '0546-5550100'\ntitle = { zh = '本厂热线', en = 'Our line' }\n"
    hours = "hours = { zh = '24 小时有人接听', en = 'Answered 24 hours a day' }\n"
    assert list(mistakes(HEAD + own + hours)) == ["help_line.own.hours"]
    line = files.parse(HEAD + own + hours + "staffed_24h = true\n").help_line.own
    assert line is not None
    assert line.staffed_24h


def test_a_broken_toml_names_the_line() -> None:
    with locale_scope("en"), pytest.raises(Invalid, match="line 1"):
        files.parse("slug = \n")


# --- against what is installed ----------------------------------------------------------------------


class RoomSettings(Schema):
    slot_minutes = fields.Integer(validate=validate.Range(10, 120))


def installed(**other: Any) -> files.Installed:
    return files.Installed(
        **{
            "modules": ["rooms"],
            "permissions": {"rooms.book": {"own"}, "rooms.case.read": {"assigned", "tenant"}},
            "clinical": {"rooms.case.read"},
            "settings": {"rooms": RoomSettings},
            **other,
        }
    )


def unfit(text: str) -> dict[str, Any]:
    plain = files.parse(HEAD + text)
    only = {name: role for name, role in plain.roles.items() if name in {"employee", "counsellor"}}
    with pytest.raises(Invalid) as refused:
        files.check(replace(plain, roles=only), installed())
    return dict(refused.value.fields)


FITS = """
modules = ['rooms']
[settings.rooms]
slot_minutes = 50
[roles.employee]
grants = ['rooms.book:own']
[roles.counsellor]
grants = ['rooms.case.read:assigned']
"""


def test_what_fits_passes() -> None:
    plain = files.parse(HEAD + FITS)
    roles = {name: role for name, role in plain.roles.items() if name in {"employee", "counsellor"}}
    files.check(replace(plain, roles=roles), installed())


@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("modules = ['rooms']", "modules = ['rooms', 'pools']", "modules[1]"),
        ("'rooms.book:own'", "'rooms.book:tenant'", "roles.employee.grants[0]"),
        ("'rooms.book:own'", "'rooms.burn'", "roles.employee.grants[0]"),
        ("'rooms.book:own'", "'rooms.case.read:assigned'", "roles.employee.grants[0]"),
        ("slot_minutes = 50", "slot_minutes = 5", "settings.rooms.slot_minutes"),
        ("slot_minutes = 50", "slots = 50", "settings.rooms.slots"),
        ("[settings.rooms]", "[settings.pools]", "settings.pools"),
    ],
)
def test_what_is_not_installed_is_refused(right: str, wrong: str, path: str) -> None:
    assert list(unfit(FITS.replace(right, wrong))) == [path]


# --- writing back and planning ----------------------------------------------------------------------

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
words = st.builds(files.Words, names, names)
codes = st.from_regex(r"[A-Z][A-Z0-9-]{0,6}", fullmatch=True)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
ROLE_NAMES = ("employee", "counsellor", "duty")


@st.composite
def units(draw: st.DrawFn) -> tuple[files.Unit, ...]:
    chosen = draw(st.lists(codes, unique=True, max_size=6))
    return tuple(
        files.Unit(code, f"{draw(names)}{at}", draw(st.sampled_from([None, *chosen[:at]])))
        for at, code in enumerate(chosen)
    )


@st.composite
def roles(draw: st.DrawFn) -> MappingProxyType[str, files.Role]:
    permissions = st.lists(st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True), unique=True, max_size=4)
    scopes = st.sampled_from([None, "own", "assigned", "unit", "tenant"])
    return MappingProxyType(
        {
            name: files.Role(
                name,
                draw(words),
                tuple(files.Grant(permission, draw(scopes)) for permission in draw(permissions)),
                "people" if name == "employee" else "agency",
                draw(st.booleans()),
            )
            for name in ROLE_NAMES
        }
    )


@st.composite
def contracts(draw: st.DrawFn) -> tuple[files.Contract, ...]:
    signed = st.none() | st.builds(files.Signature, names, days)
    starts = draw(days)
    one = files.Contract(
        agency="mingxin",
        reference=draw(names),
        services=tuple(draw(st.lists(names, max_size=2))),
        staff=(
            files.ContractStaff("hejingyi", ("duty", "counsellor")),
            files.ContractStaff("shenyue", ("counsellor",)),
        ),
        starts=starts,
        ends=draw(st.dates(starts, date(2031, 1, 1))),
        signed_employer=draw(signed),
        signed_agency=draw(signed),
        sessions_per_person=draw(st.none() | st.integers(1, 365)),
        prices=draw(st.dictionaries(st.sampled_from(["session", "call"]), st.integers(0, 100_000_000))),
        clocks=draw(st.dictionaries(st.just("crisis"), st.integers(1, 129_600))),
    )
    return (one,) if draw(st.booleans()) else ()


def turns(contracted: bool) -> st.SearchStrategy[tuple[files.DutyTurn, ...]]:
    if not contracted:
        return st.just(())
    hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
    week = st.lists(st.integers(0, 6), min_size=1, unique=True).map(lambda chosen: tuple(sorted(chosen)))
    staff = st.sampled_from(["hejingyi", "shenyue"])
    turn = st.builds(
        files.DutyTurn,
        st.just("mingxin"),
        staff,
        st.sampled_from(["counsellor", "supervisor"]),
        week,
        hours,
        hours,
    )
    return st.lists(turn, unique_by=lambda each: each.key, max_size=3).map(tuple)


@st.composite
def tenants(draw: st.DrawFn) -> files.TenantFile:
    org, agreed = draw(units()), draw(contracts())
    own = files.OwnLine("0546-5550100", draw(words), files.Words("工作日 8:00–17:00", "Weekdays 8 to 17"))
    provider = files.Provider(
        "employer", draw(words), "https://sso.example.com", draw(names), secret_env="SSO_SECRET"
    )
    person = files.Staff(
        "zhou", draw(names), ("employee",), draw(st.none() | names), org[0].code if org else None
    )
    return files.TenantFile(
        slug="dongling",
        kind="enterprise_union",
        name=draw(names),
        name_en=draw(st.none() | names),
        brand=files.Brand(draw(names), "#1f6f6b", draw(st.none() | names)),
        help_line=files.HelpLine(
            draw(words), files.Words("每天", "Daily"), own=draw(st.sampled_from([None, own]))
        ),
        hosts=tuple(draw(st.lists(st.sampled_from(["a.example", "b.example"]), unique=True))),
        modules=tuple(draw(st.lists(st.sampled_from(["rooms", "care"]), unique=True))),
        roles=draw(roles()),
        settings=MappingProxyType(
            draw(
                st.dictionaries(
                    st.sampled_from(["rooms"]), st.fixed_dictionaries({"minutes": st.integers(1, 9)})
                )
            )
        ),
        retention=MappingProxyType(
            draw(
                st.dictionaries(
                    st.sampled_from(["audit"]), st.builds(files.Keep, st.integers(1, 99), st.just("lock"))
                )
            )
        ),
        org=org,
        staff=draw(st.sampled_from([(), (person,)])),
        providers=draw(st.sampled_from([(), (provider,)])),
        contracts=agreed,
        duty=draw(turns(bool(agreed))),
    )


def apply(state: dict[str, Any], changes: list[files.Change]) -> dict[str, Any]:
    """A model of applying: walks to the place and puts, replaces or removes."""
    after = deepcopy(state)
    for change in changes:
        at = after
        for part in change.parts[:-1]:
            at = at.setdefault(part, {})
        if change.kind == "remove":
            del at[change.parts[-1]]
        else:
            at[change.parts[-1]] = change.after
    return after


def settled(state: Any) -> Any:
    """Empty sections are the same as none."""
    return {key: value for key, value in state.items() if value not in ({}, [])}


@settings(max_examples=60, deadline=None)
@given(tenants())
def test_a_written_file_reads_back_as_the_same_tenant(tenant: files.TenantFile) -> None:
    text = files.write(tenant)
    assert files.parse(text) == tenant
    assert files.write(files.parse(text)) == text


@settings(max_examples=60, deadline=None)
@given(tenants(), tenants())
def test_after_applying_the_plan_nothing_is_left_to_do(now: files.TenantFile, then: files.TenantFile) -> None:
    assert files.plan(now, now) == []
    assert settled(apply(tree(now), files.plan(now, then))) == settled(tree(then))


@settings(max_examples=30, deadline=None)
@given(tenants())
def test_a_new_tenant_is_planned_whole(tenant: files.TenantFile) -> None:
    changes = files.plan(None, tenant)
    assert {change.kind for change in changes} == {"add"}
    assert settled(apply({}, changes)) == settled(tree(tenant))


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_demo_tenants_survive_being_written(path: Path) -> None:
    tenant = files.load(path)
    assert files.parse(files.write(tenant)) == tenant


def test_a_plan_speaks_both_languages() -> None:
    one = files.parse(HEAD + "modules = ['assessments']\n")
    two = files.parse(
        HEAD + "org = [{ code = 'CY1', name = '采油一矿' }]\nmodules = []\n[brand]\ncolour = '#123456'\n"
    )
    lines = {}
    for locale in ("en", "zh_CN"):
        with locale_scope(locale):
            lines[locale] = sorted(str(change.line) for change in files.plan(one, two))
    assert lines["en"] == [
        "Add the unit 采油一矿 (CY1)",
        "Change brand.colour: #1f6f6b → #123456",
        "Switch off the module assessments; its data stays",
    ]
    assert lines["zh_CN"] == sorted(
        [
            "新增单位 采油一矿（CY1）",
            "修改 brand.colour：#1f6f6b → #123456",
            "停用服务模块 assessments，数据保留",
        ]
    )


def test_paths_read_like_the_file() -> None:
    one = files.parse(HEAD + "[roles.liaison]\ngrants = ['a.b:own']\n")
    two = files.parse(HEAD + "[roles.liaison]\ngrants = ['a.b:unit', 'c.d']\n")
    assert [(change.kind, change.path) for change in files.plan(one, two)] == [
        ("change", "roles.liaison.grants[a.b]"),
        ("add", "roles.liaison.grants[c.d]"),
    ]


def test_units_come_after_the_unit_above() -> None:
    tenant = files.parse(
        HEAD + "org = [{ code = 'B', name = '队', under = 'A' }, { code = 'A', name = '矿' }]\n"
    )
    assert [unit.code for unit in tenant.units_downwards()] == ["A", "B"]
    assert tenant.unit_path("B") == ("矿", "队")
