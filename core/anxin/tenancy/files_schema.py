"""The grammar of a tenant file: one marshmallow schema per table, unknown keys refused, and every mistake
named by its path as the reader sees it in the file (`roles.counsellor.grants[2]`).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from anxin.kernel import i18n
from anxin.tenancy import files_shape as shape

lazy: Any = i18n.lazy  # marshmallow annotates its messages as str, and shows lazy ones as well
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
PERMISSION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
SECRET_WORDS = ("client_secret", "secret", "password")

# marshmallow's own English words → the house's, in both languages
HOUSE_WORDS = {
    "Unknown field.": lazy("This key is not known here."),
    "Missing data for required field.": lazy("This key is missing."),
    "Field may not be null.": lazy("A value is missing."),
    "Not a valid string.": lazy("This must be text in quotation marks."),
    "Not a valid list.": lazy("This must be a list."),
    "Not a valid boolean.": lazy("This must be true or false."),
    "Not a valid integer.": lazy("This must be a whole number."),
    "Not a valid mapping type.": lazy("This must be a table."),
    "Invalid input type.": lazy("This must be a table."),
}


def paths(messages: object, at: str = "") -> Iterator[tuple[str, Any]]:
    """Marshmallow's nested messages as (path, message) pairs."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            if key == "_schema" or (key in {"key", "value"} and at):
                here = at
            elif isinstance(key, int):
                here = f"{at}[{key}]"
            else:
                here = f"{at}.{key}" if at else str(key)
            yield from paths(below, here)
    else:  # a lazy string is no str, so marshmallow leaves it bare instead of in a list
        for message in messages if isinstance(messages, list) else [messages]:
            yield (
                at,
                HOUSE_WORDS.get(message, message) if isinstance(message, str) else message,
            )


class DateField(fields.Field[date]):
    """A TOML date (2026-06-01, without quotation marks)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if type(value) is not date:
            raise ValidationError(lazy("This must be a date such as 2026-06-01, without quotation marks."))
        return value


class HourField(fields.Field[time]):
    """ "08:00"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValidationError(lazy('This must be a time of day such as "08:00".'))
        return time(int(value[:2]), int(value[3:]))


class GrantField(fields.Field[shape.Grant]):
    """ "rooms.manage" or "rooms.manage:unit"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> shape.Grant:
        if not isinstance(value, str):
            raise ValidationError("Not a valid string.")
        grant = shape.Grant.parse(value)
        if not PERMISSION.fullmatch(grant.permission):
            raise ValidationError(lazy("“%(text)s” is not the name of a permission.", text=value))
        if ":" in value and grant.scope not in shape.SCOPES:
            raise ValidationError(lazy("The scope must be one of own, assigned, unit, tenant."))
        return grant


def text(*, required: bool = True, longest: int = 120) -> fields.String:
    return fields.String(
        required=required,
        validate=validate.Length(min=1, max=longest, error=lazy("This must not be empty, nor very long.")),
    )


def matching(pattern: str, example: str, *, required: bool = True) -> fields.String:
    error = lazy("This must look like %(example)s.", example=example)
    return fields.String(required=required, validate=validate.Regexp(rf"(?:{pattern})\Z", error=error))


def one_of(*choices: str, required: bool = True) -> fields.String:
    error = lazy("This must be one of: %(choices)s.", choices=", ".join(choices))
    return fields.String(required=required, validate=validate.OneOf(choices, error=error))


def many(inner: fields.Field[Any] | type[Schema], *, required: bool = False) -> fields.List[Any]:
    item = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(item, required=required)


def frozen(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


class Table(Schema):
    """A table of the file. Loads into the class named by `makes`; lists become tuples, so that a file is a
    value."""

    makes: type

    class Meta:
        unknown = RAISE

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        return self.makes(**frozen(data))


class WordsTable(Table):
    makes = shape.Words
    zh = text(longest=400)
    en = text(longest=400)


class BrandTable(Table):
    makes = shape.Brand
    product_name = text(longest=24)
    colour = matching(r"#[0-9a-fA-F]{6}", "#1f6f6b")
    logo = text(required=False)


class RoleTable(Schema):
    class Meta:
        unknown = RAISE

    title = fields.Nested(WordsTable, required=True)
    grants = many(GrantField(), required=True)
    held_by = one_of("people", "agency", required=False)
    second_factor = fields.Boolean(truthy={True}, falsy={False})


class UnitRow(Table):
    makes = shape.Unit
    code = matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", "CY1-02")
    name = text(longest=60)
    under = text(required=False, longest=40)


class ProviderRow(Table):
    makes = shape.Provider
    key = matching(r"[a-z][a-z0-9-]{0,30}", "employer")
    title = fields.Nested(WordsTable, required=True)
    issuer = matching(r"https?://[^\s?#]+", "https://sso.example.com")
    client_id = text()
    secret_env = matching(r"[A-Z][A-Z0-9_]*", "DONGLING_OIDC_SECRET", required=False)
    secret_file = text(required=False, longest=400)
    scopes = many(text())
    claim_number = text(required=False)
    claim_name = text(required=False)


class StaffRow(Table):
    makes = shape.Staff
    login = matching(r"[a-z][a-z0-9._-]{1,63}", "zhouxiaolan")
    name = text(longest=60)
    roles = many(text(), required=True)
    number = text(required=False, longest=40)
    unit = text(required=False, longest=40)
    email = matching(r"[^@\s]+@[^@\s]+", "name@union.example", required=False)


class SignatureTable(Table):
    makes = shape.Signature
    by = text(longest=60)
    on = DateField(required=True)


class ContractStaffRow(Table):
    makes = shape.ContractStaff
    login = text(longest=64)
    roles = many(text(), required=True)


def whole(least: int, most: int) -> fields.Integer:
    error = lazy("This must be a whole number from %(least)d to %(most)d.", least=least, most=most)
    return fields.Integer(strict=True, validate=validate.Range(least, most, error=error))


def amounts(least: int, most: int) -> fields.Dict:
    """`{ session = 40000, … }`; which names there are is checked against what is installed."""
    return fields.Dict(keys=matching(r"[a-z][a-z0-9_]*", "session"), values=whole(least, most))


class ContractRow(Table):
    makes = shape.Contract
    agency = matching(SLUG.pattern, "mingxin")
    reference = text(longest=40)
    services = many(text(), required=True)
    staff = many(ContractStaffRow, required=True)
    starts = DateField(required=True)
    ends = DateField(required=True)
    signed_employer = fields.Nested(SignatureTable)
    signed_agency = fields.Nested(SignatureTable)
    sessions_per_person = whole(1, shape.MOST_SESSIONS)
    prices = amounts(0, shape.MOST_FEN)
    clocks = amounts(1, shape.LONGEST_CLOCK)


class DutyRow(Table):
    makes = shape.DutyTurn
    agency = matching(SLUG.pattern, "mingxin")
    staff = text(longest=64)
    post = fields.String(
        required=True,
        data_key="as",
        validate=validate.OneOf(
            ["counsellor", "supervisor"],
            error=lazy("This must be one of: %(choices)s.", choices="counsellor, supervisor"),
        ),
    )
    days = fields.List(
        one_of(*DAYS),
        required=True,
        validate=validate.Length(min=1, error=lazy("Name at least one day.")),
    )
    since = HourField(required=True, data_key="from")
    until = HourField(required=True, data_key="to")

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> shape.DutyTurn:
        data["days"] = tuple(sorted({DAYS.index(day) for day in data["days"]}))
        return shape.DutyTurn(**data)


class OwnLineTable(Table):
    makes = shape.OwnLine
    number = matching(r"[0-9][0-9 -]{2,19}", "0546-5550100")
    title = fields.Nested(WordsTable, required=True)
    hours = fields.Nested(WordsTable, required=True)
    staffed_24h = fields.Boolean(truthy={True}, falsy={False})


class HelpLineTable(Table):
    makes = shape.HelpLine
    number = fields.String(
        validate=validate.Equal(
            shape.NATIONAL_LINE,
            error=lazy("12356 stays on every page. Put a line of your own under help_line.own."),
        )
    )
    title = fields.Nested(WordsTable, required=True)
    hours = fields.Nested(WordsTable, required=True)
    own = fields.Nested(OwnLineTable)


class KeepTable(Table):
    makes = shape.Keep
    days = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=36500, error=lazy("This must be between 1 and 36500 days.")),
    )
    action = one_of("delete", "anonymise", "lock")


class TenantTable(Schema):
    """The whole file."""

    class Meta:
        unknown = RAISE

    slug = matching(SLUG.pattern, "dongling")
    kind = one_of(*shape.KINDS)
    name = text(longest=60)
    name_en = text(required=False)
    parent = matching(SLUG.pattern, "qinghe", required=False)
    hosts = many(matching(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "xinqing.example.com"))
    locale = one_of("zh_CN", "en", required=False)
    timezone = text(required=False)
    modules = many(matching(r"[a-z][a-z0-9_]*", "my_module"), required=True)
    brand = fields.Nested(BrandTable, required=True)
    help_line = fields.Nested(HelpLineTable, required=True)
    roles = fields.Dict(
        keys=matching(r"[a-z][a-z0-9_]*", "counsellor"),
        values=fields.Nested(RoleTable),
        required=True,
    )
    settings = fields.Dict(keys=fields.String(), values=fields.Dict(keys=fields.String()))
    retention = fields.Dict(keys=fields.String(), values=fields.Nested(KeepTable))
    org = many(UnitRow)
    staff = many(StaffRow)
    providers = many(ProviderRow)
    contracts = many(ContractRow)
    duty = many(DutyRow)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> shape.TenantFile:
        roles = {
            name: shape.Role(name=name, **{**role, "grants": tuple(role["grants"])})
            for name, role in data.pop("roles").items()
        }
        tables: dict[str, Any] = {
            key: MappingProxyType(data.pop(key)) for key in ("settings", "retention") if key in data
        }
        return shape.TenantFile(roles=MappingProxyType(roles), **tables, **frozen(data))


def secrets_in(tables: object, at: str = "") -> Iterator[str]:
    """Paths that look as if somebody typed a secret into the file; asked before anything else is said about
    it."""
    if isinstance(tables, Mapping):
        for key, value in tables.items():
            here = f"{at}.{key}" if at else str(key)
            if key in SECRET_WORDS and not isinstance(value, Mapping):
                yield here
            yield from secrets_in(value, here)
    elif isinstance(tables, list):
        for index, value in enumerate(tables):
            yield from secrets_in(value, f"{at}[{index}]")
