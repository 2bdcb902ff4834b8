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
    public = {
        "/sign-in",
        "/sign-in/forgot",
        "/sign-in/phone",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/theme.css",
    }
    assert set(open_to_all) <= public


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_speaks_the_readers_language(app, client_as, person, agency_person, role, lang):
    """Its own language on the document, the title drawn, no placeholder left open, and the help line for employees."""
    someone = agency_person(role) if role in ("helper", "supervisor") else person(role)
    client = client_as(someone)
    wrong = {}
    for path in plain_pages(app):
        answer = client.get(f"{client.base}{path}?lang={lang}")
        if answer.status_code != 200 or not answer.data.startswith(b"<!doctype"):
            continue
        text = answer.get_data(as_text=True)
        wanted = f'<html lang="{"zh-CN" if lang == "zh" else "en"}"'
        helped = "12356" in text or "is-staff" in text  # the help line is the employee's
        if wanted not in text or "<title></title>" in text or "%(" in text or not helped:
            wrong[path] = text[:200]
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_part_for_script_is_the_page_without_its_shell(app, client_as, person, agency_person, role):
    someone = agency_person(role) if role in ("helper", "supervisor") else person(role)
    client = client_as(someone)
    wrong = {}
    for path in plain_pages(app):
        whole = client.get(f"{client.base}{path}")
        if whole.status_code != 200 or not whole.data.startswith(b"<!doctype"):
            continue
        part = client.get(
            f"{client.base}{path}", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
        )
        if part.status_code != 200 or b"<html" in part.data or len(part.data) >= len(whole.data):
            wrong[path] = part.data[:100]
    assert wrong == {}
