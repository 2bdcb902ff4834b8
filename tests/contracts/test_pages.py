"""Every page without a parameter, opened by everybody: no page fails, and who may not gets 403, 404 or the sign-in."""

import pytest

ROLES = ("employee", "admin", "helper", "supervisor")


def plain_pages(app):
    """GET routes without parameters, from the live URL map: present and future ones."""
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and not rule.rule.startswith(("/static", "/_ui")):
            yield rule.rule


@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails(app, client_as, person, agency_person, role):
    someone = agency_person(role) if role in ("helper", "supervisor") else person(role)
    client = client_as(someone)
    failed = {}
    for path in plain_pages(app):
        answer = client.get(f"{client.base}{path}")
        if answer.status_code >= 500:
            failed[path] = answer.status_code
    assert failed == {}


def test_visitors_meet_only_public_pages(app, client_as, tenant):
    client = client_as(tenant=tenant)
    open_to_all = {}
    for path in plain_pages(app):
        status = client.get(f"{client.base}{path}").status_code
        if status == 200:
            open_to_all[path] = status
    public = {"/sign-in", "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/theme.css"}
    assert set(open_to_all) <= public
