"""The assembled application: tenants by path, sign-in required, errors in the shell."""


def test_health_needs_no_tenant(app):
    client = app.test_client()
    assert client.get("/healthz").json["status"] == "ok"
    assert client.get("/readyz").json["checks"]["database"] == "ok"


def test_unknown_tenant_is_not_found(app):
    assert app.test_client().get("/t/nobody/").status_code == 404


def test_visitor_is_sent_to_sign_in(client_as, tenant):
    client = client_as(tenant=tenant)
    answer = client.get(f"{client.base}/")
    assert answer.status_code == 303
    assert "sign-in" in answer.location


def test_home_greets_the_person(client_as, person):
    client = client_as(person("employee", name="林晓峰"))
    answer = client.get(f"{client.base}/")
    assert answer.status_code == 200
    assert "晓峰" in answer.get_data(as_text=True)
