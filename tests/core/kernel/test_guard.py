"""The one door of a route: what it asks, in which order, and that nothing counts when a step says no."""

import pytest
import sqlalchemy as sa
from flask import jsonify
from marshmallow import fields

from anxin.app import create_app
from anxin.consent.entries import Exported
from anxin.identity.entries import PassphraseSet
from anxin.kernel.blueprints import ApiBlueprint, PluginBlueprint
from anxin.kernel.errors import Conflict, ConsentRefused, Forbidden, Invalid, NotFound, ProgrammingError
from anxin.kernel.guard import PUBLIC, SIGNED_IN, Permission, guard
from anxin.kernel.schemas import Input
from anxin.tenancy.models import Module

MAY = Permission("tried.may", "x", scope="tenant")
CARE = Permission("tried.care", "x", scope="tenant", clinical=True)
RAISED = {error.code: error for error in (NotFound, Forbidden, Conflict, ConsentRefused)}


class Form(Input):
    number = fields.Integer(required=True)


class Words(Input):
    words = fields.String()
    more = fields.List(fields.Dict())
    day = fields.Date()
    at = fields.AwareDateTime()


class Tried:
    """Which views ran, and the pages they belong to."""

    def __init__(self, purpose) -> None:
        self.ran: list[str] = []
        self.bp = PluginBlueprint("tried", __name__, core=True)
        self.api = ApiBlueprint("tried", __name__, core=True)
        self.add("/public", PUBLIC)
        self.add("/signed-in", SIGNED_IN)
        self.add("/may", MAY)
        self.add("/care", CARE)
        self.add("/consent", SIGNED_IN, purpose=purpose)
        self.add("/own", SIGNED_IN, purpose=purpose, input=Form)
        self.add("/form", SIGNED_IN, input=Form)
        self.add("/words", SIGNED_IN, input=Words)
        self.add("/form-again", SIGNED_IN, input=Form, invalid=self.again)
        self.add("/all", MAY, purpose=purpose, input=Form)
        self.add("/looked", SIGNED_IN, audit=lambda ctx: Exported(subject_id=ctx.actor.person_id))
        self.add("/changes", SIGNED_IN, work=lambda ctx: ctx.add(Module(name="tried")))
        self.add("/changes-and-says", SIGNED_IN, work=self.change)
        self.add("/changes-and-breaks", SIGNED_IN, work=self.change_and_break)
        self.add("/changes-and-is-invalid", SIGNED_IN, work=self.change_and_refuse, invalid=self.again)
        for code, error in RAISED.items():
            self.add(f"/raises/{code}", SIGNED_IN, work=lambda ctx, error=error: self.throw(error()))

    def add(self, path, access, *, work=lambda ctx: None, **options) -> None:
        def view(ctx, *data, **url):
            self.ran.append(path)
            work(ctx)
            return jsonify(scope=ctx.grant.scope if ctx.grant else None, purpose=ctx.purpose)

        view.__name__ = path.strip("/").replace("-", "_").replace("/", "_")
        guarded = guard(access, **options)(view)
        self.bp.route(path, methods=["GET", "POST"])(guarded)
        self.api.route(path, methods=["POST"])(guarded)

    @staticmethod
    def again(ctx, error, **url):
        return jsonify(again=sorted(error.fields))

    @staticmethod
    def change(ctx) -> None:
        ctx.add(Module(name="tried"))
        ctx.audit(PassphraseSet(subject_id=ctx.actor.person_id, how="reset"))

    @classmethod
    def change_and_break(cls, ctx) -> None:
        cls.change(ctx)
        ctx.db.flush()
        raise RuntimeError("a bug")

    @classmethod
    def change_and_refuse(cls, ctx) -> None:
        cls.change(ctx)
        ctx.db.flush()
        raise Invalid(fields={"number": ["too large"]})

    @staticmethod
    def throw(error) -> None:
        raise error


@pytest.fixture(scope="module")
def consented(runtime):
    """Some purpose that people are asked about."""
    return next(
        one for one in runtime.registry.purposes.values() if one.basis == "consent" and not one.requires
    )


@pytest.fixture(scope="module")
def tried(settings, app, consented):
    return Tried(consented.name)


@pytest.fixture(scope="module")
def tried_app(settings, app, tried):
    """A second application on the same database, with the views that are tried."""
    made = create_app(settings)
    made.register_blueprint(tried.bp)
    made.extensions["anxin.api"].register_blueprint(tried.api)
    yield made
    for pool in (made.extensions["anxin"].engine, made.extensions["anxin"].auth):
        pool.dispose()


@pytest.fixture
def ask(tried_app, tried):
    """ask(someone, "/path", method="POST", …): the answer, with the views that ran in `ran`."""

    def request(someone, path: str, *, tenant=None, method="POST", api=False, **options):
        info = someone.tenant if someone else tenant
        client = tried_app.test_client()
        if someone:
            client.set_cookie(f"anxin-{info.slug}", someone.token)
        tried.ran.clear()
        answer = client.open(f"/t/{info.slug}{'/api' if api else ''}/tried{path}", method=method, **options)
        answer.ran = list(tried.ran)
        return answer

    return request


@pytest.fixture
def holder(new_tenant, person):
    """Somebody whose role holds both permissions (one is clinical: only helpers ever get that)."""
    tenant = new_tenant(roles={"holder": {MAY.name: "tenant", CARE.name: "tenant"}})
    return person("holder", tenant=tenant)


@pytest.fixture(autouse=True)
def declared(runtime, tried_app, monkeypatch):
    """The registry knows the permissions that are tried."""
    registry = tried_app.extensions["anxin"].registry
    monkeypatch.setattr(registry.core, "permissions", [*registry.core.permissions, MAY, CARE])


def modules(superuser, tenant) -> int:
    query = sa.text("SELECT count(*) FROM core.module WHERE tenant_id = :t AND name = 'tried'")
    return superuser.scalar(query, {"t": tenant.id})


# ---- who -------------------------------------------------------------------------------------------------


def test_a_route_without_a_guard_cannot_be_registered() -> None:
    for blueprint in (PluginBlueprint("x", __name__), ApiBlueprint("x", __name__)):
        with pytest.raises(ProgrammingError, match="no @guard"):
            blueprint.add_url_rule("/x", "x", lambda: "x")


def test_everybody_meets_a_public_page(ask, tenant, person) -> None:
    assert ask(None, "/public", tenant=tenant).status_code == 200
    assert ask(person(), "/public").status_code == 200


def test_a_visitor_is_asked_to_sign_in(ask, tenant) -> None:
    answer = ask(None, "/signed-in", tenant=tenant, method="GET")
    assert (answer.status_code, answer.ran) == (303, [])
    assert f"/t/{tenant.slug}/sign-in?next=" in answer.headers["Location"]
    api = ask(None, "/signed-in", tenant=tenant, api=True)
    assert (api.status_code, api.json["code"], api.ran) == (401, "sign_in_required", [])


def test_a_permission_is_needed_and_tells_its_scope(ask, person, holder, superuser) -> None:
    nobody = person("employee")
    answer = ask(nobody, "/may")
    assert (answer.status_code, answer.ran) == (403, [])
    refused = sa.text(
        "SELECT detail FROM core.audit_entry WHERE tenant_id = :t AND action = 'kernel.refused'"
    )
    assert superuser.scalar(refused, {"t": nobody.tenant.id}) == {"code": "no_permission", "what": MAY.name}
    assert ask(holder, "/may").json == {"scope": "tenant", "purpose": None}


def test_a_clinical_address_does_not_exist_for_the_union(ask, person, holder) -> None:
    """Not even for a role that was granted the permission: only helpers under a contract hold it."""
    for someone in (person("admin"), holder):
        answer = ask(someone, "/care")
        assert (answer.status_code, answer.ran) == (404, [])


# ---- consent, input, order -------------------------------------------------------------------------------


def test_without_consent_the_question_comes_first(ask, person, give_consent, consented) -> None:
    someone = person()
    answer = ask(someone, "/consent", method="GET")
    assert (answer.status_code, answer.ran) == (303, [])
    assert f"/consent/ask/{consented.name}" in answer.headers["Location"]
    api = ask(someone, "/consent", api=True)
    assert (api.status_code, api.json["code"], api.json["purpose"]) == (
        403,
        "consent_required",
        consented.name,
    )
    give_consent(someone, consented)
    assert ask(someone, "/consent").json == {"scope": "own", "purpose": consented.name}
    give_consent(someone, consented, given="withdrawn")
    assert ask(someone, "/consent").ran == []  # at once


def test_invalid_input_reaches_no_service(ask, person) -> None:
    someone = person()
    for form in ({}, {"number": "x"}, {"number": "1", "more": "2"}):
        answer = ask(someone, "/form", data=form)
        assert (answer.status_code, answer.ran) == (422, [])
    assert ask(someone, "/form", data={"number": "1"}).status_code == 200


@pytest.mark.parametrize("text", ["\\u0000", "a\\u0000b", "\\ud800", "\\udfff!"])
def test_what_the_database_cannot_keep_is_refused_at_the_door(ask, person, text) -> None:
    someone = person()
    for body in (f'{{"words": "{text}"}}', f'{{"more": [{{"x": "{text}"}}]}}', f'{{"{text}": 1}}'):
        answer = ask(someone, "/words", api=True, data=body, content_type="application/json")
        assert (answer.status_code, answer.ran) == (422, []), body
    assert ask(someone, "/words", data={"words": "a\x00b"}).status_code == 422
    assert ask(someone, "/words?x=%00").status_code == 422
    assert ask(someone, "/words%00").status_code == 404
    assert ask(someone, "/words", data={"words": "林晓峰 🌿"}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_date_beyond_reckoning_is_refused_at_the_door(ask, person, day) -> None:
    someone = person()
    for name, value in (("day", day), ("at", f"{day}T00:00:00+00:00")):
        answer = ask(someone, "/words", api=True, json={name: value})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [name])
    assert ask(someone, "/words", data={"day": "2026-02-28"}).status_code == 200


def test_a_form_can_be_shown_again(ask, person) -> None:
    answer = ask(person(), "/form-again", data={"number": "x"})
    assert (answer.status_code, answer.json, answer.ran) == (422, {"again": ["number"]}, [])


def test_the_order_of_the_steps(ask, person, holder, tenant) -> None:
    """Sign in, then the permission, then consent, then the input: each is only asked when those before said yes."""
    bad = {"data": {"number": "x"}}
    assert "/sign-in" in ask(None, "/all", tenant=tenant, **bad).headers["Location"]
    assert ask(person("employee"), "/all", **bad).status_code == 403
    assert ask(holder, "/all", **bad).status_code == 422  # scope "tenant": the data layer asks for consent
    assert "/consent/ask/" in ask(person(), "/own", **bad).headers["Location"]


# ---- all or nothing --------------------------------------------------------------------------------------


def test_a_change_without_an_entry_is_a_bug_not_a_commit(ask, person, superuser) -> None:
    someone = person()
    assert ask(someone, "/changes").status_code == 500
    assert modules(superuser, someone.tenant) == 0


def test_a_change_with_an_entry_is_kept(ask, person, superuser) -> None:
    someone = person()
    assert ask(someone, "/changes-and-says").status_code == 200
    assert modules(superuser, someone.tenant) == 1


@pytest.mark.parametrize(("path", "status"), [("/changes-and-breaks", 500), ("/changes-and-is-invalid", 422)])
def test_what_raises_leaves_nothing(ask, person, superuser, path, status) -> None:
    someone = person()
    answer = ask(someone, path)
    assert (answer.status_code, answer.ran) == (status, [path])
    assert modules(superuser, someone.tenant) == 0
    entries = sa.text("SELECT count(*) FROM core.audit_entry WHERE tenant_id = :t")
    assert superuser.scalar(entries, {"t": someone.tenant.id}) == 0


def test_a_look_is_written_down(ask, person, superuser) -> None:
    someone = person()
    assert ask(someone, "/looked").status_code == 200
    found = sa.text("SELECT action, subject_id FROM core.audit_entry WHERE tenant_id = :t")
    assert superuser.execute(found, {"t": someone.tenant.id}).all() == [(Exported.action, someone.id)]


@pytest.mark.parametrize("code", RAISED)
def test_what_services_raise_is_answered_in_one_place(ask, person, code) -> None:
    someone, status = person(), RAISED[code].status
    page, api = ask(someone, f"/raises/{code}"), ask(someone, f"/raises/{code}", api=True)
    assert (page.status_code, api.status_code) == (status, status)
    assert page.mimetype == "text/html"
    assert (api.mimetype, api.json["code"]) == ("application/problem+json", code)


def test_an_error_of_ours_tells_nothing(ask, person) -> None:
    for api in (False, True):
        text = ask(person(), "/changes-and-breaks", api=api).get_data(as_text=True)
        assert "a bug" not in text
        assert "RuntimeError" not in text
        assert "Traceback" not in text
