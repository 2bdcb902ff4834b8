"""@guard: the only door of a route. Plugin on? permission in scope? consent given? input valid? Then one service call,
the audit entries, and the commit. A route without it cannot be registered (see blueprints.py).

    @bp.post("/<uuid:room>/book")
    @guard(BOOK, purpose=USE, input=BookingInput, invalid=form_again)
    def book(ctx, data, room): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, wraps
from typing import Any, Literal, cast

from flask import Request, Response, current_app, g, make_response, request
from marshmallow import Schema, ValidationError, fields, missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.local import LocalProxy

from anxin.kernel import idempotency, limits, plain_errors
from anxin.kernel.actor import Grant, Scope
from anxin.kernel.ctx import Ctx
from anxin.kernel.entry import Entry, Refused
from anxin.kernel.errors import Forbidden, Invalid, NotFound, ProofRequired, SignInRequired
from anxin.kernel.idempotency import UNSAFE
from anxin.kernel.link import Outdated

Text = Any


@dataclass(frozen=True)
class Permission:
    """Something a role may be granted. `scope` is the widest the permission makes sense for; `clinical` marks reading
    person-level care data, which only helpers under a running service contract can ever hold.

    `at_agency`: an agency's own people may hold it in the agency's tenant too. For what an agency keeps there about
    people who are nobody's employees yet (callers of its own line), never about its staff."""

    name: str
    title: Text
    scope: Scope = "tenant"
    clinical: bool = False
    at_agency: bool = False
    suggested_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Open:
    """Doors that ask for no permission: everybody, or everybody who has signed in."""

    name: Literal["public", "signed_in"]


# How long a session counts as just proved. A form may be sent twice as long, so that nothing typed is lost.
FRESH = timedelta(minutes=15)

PUBLIC = Open("public")
SIGNED_IN = Open("signed_in")


@dataclass(frozen=True)
class Guard:
    """What one route asks for; contract tests read it from `view.__guard__`."""

    access: Permission | Open
    purpose: str | None = None
    input: type[Schema] | None = None
    audit: Callable[..., Entry] | None = None
    invalid: Callable[..., Any] | None = None
    fresh: bool = False
    swift: bool = False

    def admit(self, ctx: Ctx) -> None:
        """Steps 2–4 of a request: who, may they, did they agree. Sets the context's grant and purpose."""
        if ctx.plugin is not None and ctx.plugin not in ctx.tenant.modules:
            raise NotFound()
        if self.access is PUBLIC:
            return
        if not ctx.actor.signed_in:
            raise SignInRequired()
        if isinstance(self.access, Permission):
            ctx.grant = self._grant(ctx, self.access)
        else:
            ctx.grant = Grant("own")
        if self.fresh:
            self._insist_on_proof(ctx)
        ctx.purpose = self.purpose
        if self.purpose and ctx.grant.scope == "own":
            ctx.runtime.access.require(ctx, self.purpose)

    @staticmethod
    def _insist_on_proof(ctx: Ctx) -> None:
        """Programs with a token are let through: making one needed a proof."""
        window = FRESH * 2 if request.method in UNSAFE else FRESH
        if ctx.actor.proved_at is not None and ctx.actor.proved_at < ctx.now - window:
            raise ProofRequired()

    @staticmethod
    def _grant(ctx: Ctx, permission: Permission) -> Grant:
        grant = ctx.actor.grants.get(permission.name)
        if grant is None:
            record = Refused(code="no_permission", what=permission.name)
            # a person-level address does not even exist for those outside care
            raise NotFound(record=record) if permission.clinical else Forbidden(record=record)
        return grant


def guard(
    access: Permission | Open,
    *,
    purpose: Any = None,
    input: type[Schema] | None = None,
    audit: Callable[..., Entry] | None = None,
    invalid: Callable[..., Any] | None = None,
    fresh: bool = False,
    swift: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Guard a view `(ctx, [data], **url) -> response`.

    `purpose` is a Purpose (or its name); `input` a marshmallow schema for form fields or query (GET); `audit` makes the
    entry of a sensitive read from `(ctx, **url)`; `invalid(ctx, error, **url)` shows the form again on invalid input;
    `fresh` asks a person whose session has been open for a while to confirm who they are.
    `swift` is for what everybody does all day, and only where all that the view does is in the context's transaction: the
    process acts on what it remembers of the session, the way in goes with the view's first statement, and when it says
    anything else than it did before, all is undone and done anew. Nothing is read, kept or refused on a memory alone.
    A swift GET's questions are transactions of their own: it may lock nothing.
    """
    spec = Guard(access, getattr(purpose, "name", purpose), input, audit, invalid, fresh, swift)

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def guarded(**url: Any) -> Response:
            limits.check_address(this_request())
            if not spec.swift:
                return answered(request_ctx(), url)
            ctx = request_ctx(swift=True)
            ctx.only_asks = this_request().method not in UNSAFE
            try:
                try:
                    return answered(ctx, url)
                except Outdated:
                    raise
                except Exception:
                    ctx.settle()  # a refusal may rest on what was remembered
                    raise
            except Outdated:
                return answered(anew(), url)

        def answered(ctx: Ctx, url: dict[str, Any]) -> Response:
            spec.admit(ctx)
            key = idempotency.key_of(ctx)
            if key is not None and (again := idempotency.replay(ctx, key)) is not None:
                return again
            try:
                arguments = (parse(spec.input),) if spec.input else ()
                response = make_response(view(ctx, *arguments, **url))
            except Invalid as error:
                if spec.invalid is None:
                    raise
                ctx.restart()
                response = make_response(spec.invalid(ctx, error, **url))
                if response.status_code == 200:
                    response.status_code = 422
            if spec.audit is not None:
                ctx.audit(spec.audit(ctx, **url))
            if key is not None and response.status_code < 400:
                idempotency.remember(ctx, key, response)
            ctx.commit()
            return response

        guarded.__guard__ = spec  # type: ignore[attr-defined]
        return guarded

    return decorate


def request_ctx(*, swift: bool = False) -> Ctx:
    """The context of the current request; the app opens it when it is first asked for. `swift`: see `guard`."""
    kept = cast("LocalProxy[Any]", g)._get_current_object()
    if (ctx := kept.get("anxin")) is None:
        ctx = kept.anxin = current_app.extensions["anxin.open"](swift=swift)
    return ctx


def anew() -> Ctx:
    """Another context for the current request, with nothing that was remembered."""
    g.pop("anxin").close()
    return request_ctx()


def this_request() -> Request:
    """The request itself: each look through Flask's proxy costs."""
    return cast("LocalProxy[Request]", request)._get_current_object()


class _Parser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # schemas say RAISE themselves

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> Any:
        raise as_invalid(error)

    def pre_load(self, location_data: Any, **_where: Any) -> Any:
        limits.check_text(getattr(location_data, "data", location_data))  # a form comes in webargs' proxy
        return location_data

    def parse(self, argmap: Any, *args: Any, location: str | None = None, **kwargs: Any) -> Any:
        if location == "query" and isinstance(argmap, type):
            return _load(argmap, this_request().args)
        if location == "json" and isinstance(argmap, type):
            given = self.load_json(this_request(), _made(argmap))
            return _read(argmap, {} if given is missing else given)
        schema = _made(argmap) if isinstance(argmap, type) else argmap
        data = super().parse(schema, *args, location=location, **kwargs)
        limits.check_dates(data)
        return data


PARSER = _Parser()


def parse(schema: type[Schema]) -> Any:
    """Form fields (or the query of a GET) through the schema; Invalid with messages by field."""
    asked = this_request()
    if asked.method not in ("GET", "HEAD") and asked.is_json:
        return PARSER.parse(schema, location="json")
    return _load(schema, asked.args if asked.method in ("GET", "HEAD") else asked.form)


def _load(schema: type[Schema], given: MultiDict[str, str]) -> Any:
    """What a form or a query holds, straight into the schema."""
    many = _many(schema)
    plain = {name: values if name in many else values[0] for name, values in given.lists()}
    return _read(schema, plain)


def _read(schema: type[Schema], given: Any) -> Any:
    limits.check_text(given)
    try:
        data = _made(schema).load(given)
    except ValidationError as error:
        raise as_invalid(error) from None
    limits.check_dates(data)
    return data


@cache
def _made(schema: type[Schema]) -> Schema:
    """One of each kind: a schema keeps nothing between two loads."""
    return schema()


@cache
def _many(schema: type[Schema]) -> frozenset[str]:
    """The fields that a form may give several times."""
    lists = (fields.List, fields.Tuple)
    return frozenset(
        field.data_key or name for name, field in _made(schema).fields.items() if isinstance(field, lists)
    )


def as_invalid(error: ValidationError) -> Invalid:
    """marshmallow's nested messages as one flat {path: [messages]}."""
    messages = error.normalized_messages()
    if len(messages) == 1 and (inner := next(iter(messages))) in ("json", "form", "query"):
        messages = messages[inner]
    return Invalid(fields=dict(_flatten(messages)))


def _flatten(messages: Any, path: str = "") -> list[tuple[str, list[Text]]]:
    if isinstance(messages, dict):
        return [
            item
            for key, value in messages.items()
            for item in _flatten(value, f"{path}.{key}" if path else str(key))
        ]
    said = messages if isinstance(messages, list) else [messages]
    return [(path or "_schema", [plain_errors.plain(message) for message in said])]
