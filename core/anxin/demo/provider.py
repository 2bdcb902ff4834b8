"""A real OpenID Connect provider for the demo's invented employer, 东岭油田第三采油厂.
 Signing in through the employer is then clickable without any network. It is its own small process on its
own port and knows nothing of tenants; the platform treats it like any provider (the operator allows its
loopback address).

    python -m anxin.demo.provider --data DIR --port 8931 [--host 127.0.0.1] [--issuer http://127.0.0.1:8931]

WSGI servers call `create_provider()` with ANXIN_DEMO_PROVIDER_DATA and ANXIN_DEMO_PROVIDER_ISSUER set.
One process only: codes and tokens live in its memory.
"""

import argparse
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.base import invalid_error_characters
from flask import Flask, Response, current_app, jsonify, render_template, request, send_from_directory
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as AnyResponse

from anxin.demo.provider_employer import SCOPES, EmployerFile
from anxin.demo.provider_grants import build_protector, build_server, user_claims
from anxin.kernel import i18n

KEY_FILE = "employer-signing-key.pem"
TEMPLATES = Path(__file__).parent / "provider_templates"
#: Parameters Authlib quotes in its error texts, where only these characters may stand.
_QUOTED = ("client_id", "redirect_uri", "response_type", "grant_type")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """`data`: folder with employer.json and the key. `issuer`: the address, exactly as tenants enter it."""

    data: Path
    issuer: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ProviderSettings":
        return cls(
            Path(environment["ANXIN_DEMO_PROVIDER_DATA"]),
            environment.get("ANXIN_DEMO_PROVIDER_ISSUER", "http://127.0.0.1:8931"),
        )


def create_provider(settings: ProviderSettings | None = None) -> Flask:
    """The WSGI application."""
    settings = settings or ProviderSettings.from_environment()
    app = Flask("anxin.demo.provider", template_folder=str(TEMPLATES), static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    i18n.init_app(app)
    app.jinja_env.globals["html_lang"] = i18n.html_lang
    employer = EmployerFile(settings.data)
    key = load_signing_key(settings.data)
    _pages(app, employer, settings, key)
    return app


def load_signing_key(folder: Path) -> RSAKey:
    """The employer's key, made on first use and kept, so that a restart signs nobody out of the demo."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(RSAKey.generate_key(2048).as_pem(private=True))
        part.replace(path)
    key = RSAKey.import_key(path.read_bytes())
    key.ensure_kid()
    return key


def _pages(app: Flask, employer: EmployerFile, settings: ProviderSettings, key: RSAKey) -> None:
    issuer = settings.issuer
    server, memory = build_server(app, employer, key, issuer)
    protector = build_protector(memory)

    @app.before_request
    def speak() -> AnyResponse | None:
        wishes = (i18n.resolve(tag) for tag in request.values.get("ui_locales", "").split())
        i18n.prefer(person=next((tag for tag in wishes if tag), None))
        if any(invalid_error_characters(request.values.get(name, "")) for name in _QUOTED):
            return _message("refused", 400)
        return None

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _policy())
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return jsonify(_description(issuer))

    @app.get("/jwks")
    def jwks() -> Response:
        return jsonify({"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "RS256"}]})

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> AnyResponse:
        known = employer.read()
        if known is None:
            return _message("empty", 503)
        try:
            grant = server.get_consent_grant(end_user=None)
        except OAuth2Error as error:
            return _refusal(error, server, issuer)
        if request.method == "POST" and "cancel" in request.form:
            return server.create_authorization_response(grant_user=None, grant=grant)
        hinted = known.by_hint(request.args.get("login_hint", ""))
        tried = request.form.get("employee_no", "")
        worker = known.by_sub(request.form.get("person", "")) or known.by_hint(tried)
        if request.method == "POST" and worker:
            return server.create_authorization_response(grant_user=worker, grant=grant)
        page = render_template(
            "sign_in.html",
            employer=known,
            client=grant.client,
            choices=known.choices(hinted),
            tried=tried or (hinted.employee_no if hinted else ""),
            unknown=request.method == "POST",
        )
        response = Response(page, status=422 if request.method == "POST" else 200)
        response.headers["Content-Security-Policy"] = _policy(grant.redirect_uri)
        return response

    @app.post("/token")
    def token() -> AnyResponse:
        return server.create_token_response()

    @app.route("/userinfo", methods=["GET", "POST"])
    @protector("openid")
    def userinfo() -> Response:
        held = protector.acquire_token("openid")
        return jsonify(user_claims(held.get_user(), held.get_scope()))

    @app.get("/")
    def home() -> AnyResponse:
        return _message("home" if employer.read() else "empty", 200)

    @app.get("/provider.css")
    def css() -> Response:
        return send_from_directory(TEMPLATES, "provider.css", max_age=3600)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok"})


def _description(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + "/authorize",
        "token_endpoint": issuer + "/token",
        "jwks_uri": issuer + "/jwks",
        "userinfo_endpoint": issuer + "/userinfo",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "preferred_username", "employee_number", "email"],
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
    }


def _policy(redirect_uri: str = "") -> str:
    """Browsers apply form-action to the redirect after a form too, so the platform's origin is named."""
    parts = urlsplit(redirect_uri)
    origin = f" {parts.scheme}://{parts.netloc}" if redirect_uri else ""
    return (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self'{origin}"
    )


def _refusal(error: OAuth2Error, server: Any, issuer: str) -> AnyResponse:
    """To the platform when the address is known to be its own (with `iss`, RFC 9207), else a page."""
    if not error.redirect_uri:
        return _message("refused", 400)
    response: Response = server.handle_error_response(None, error)
    response.location = add_params_to_uri(str(response.location), [("iss", issuer)])
    return response


def _message(kind: str, status: int) -> AnyResponse:
    return current_app.make_response((render_template("message.html", kind=kind), status))


class _Quiet(WSGIRequestHandler):
    """No request lines: addresses of sign-ins carry states and codes."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


def main(arguments: list[str] | None = None) -> None:
    """Serve in the foreground until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m anxin.demo.provider", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with employer.json")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--issuer", help="the address tenants enter; default http://HOST:PORT")
    chosen = parser.parse_args(arguments)
    issuer = chosen.issuer or f"http://{chosen.host}:{chosen.port}"
    if urlsplit(issuer).scheme == "http":
        # Authlib would refuse a phone in the same network; this process serves invented people only.
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    app = create_provider(ProviderSettings(chosen.data, issuer))
    server = make_server(chosen.host, chosen.port, app, threaded=True, request_handler=_Quiet)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"ready: {issuer}", flush=True)  # noqa: T201  # the supervisor waits for this line
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
