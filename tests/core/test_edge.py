"""Proxies are believed only from the operator's networks, and the doors cannot be tried endlessly."""

import ipaddress

from anxin.edge import DOORS, TrustedProxies


def seen(address, networks):
    environ = {
        "REMOTE_ADDR": address,
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    found = {}

    def wsgi(environ, start_response):
        found.update(address=environ["REMOTE_ADDR"], scheme=environ.get("wsgi.url_scheme"))
        return []

    TrustedProxies(wsgi, networks)({"wsgi.url_scheme": "http", **environ}, None)
    return found


def test_a_trusted_proxy_is_believed():
    assert seen("10.0.0.7", (ipaddress.ip_network("10.0.0.0/8"),)) == {
        "address": "203.0.113.9",
        "scheme": "https",
    }


def test_anybody_else_is_not():
    assert seen("198.51.100.4", (ipaddress.ip_network("10.0.0.0/8"),)) == {
        "address": "198.51.100.4",
        "scheme": "http",
    }


def test_every_door_exists(app):
    assert set(DOORS) <= set(app.view_functions)


def test_too_many_tries_are_refused_with_a_page(app, client_as, tenant):
    client = client_as(tenant=tenant)
    statuses = {
        client.get(f"{client.base}/welcome/none", environ_base={"REMOTE_ADDR": "192.0.2.77"}).status_code
        for _ in range(61)
    }
    assert statuses == {404, 429}
