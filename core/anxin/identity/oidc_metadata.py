"""Discovery: what a provider says about itself, read once when the admin saves and kept in the tenant's row.

Fetching it at each sign-in would let a provider (or whoever holds its domain today) move endpoints under a
running tenant. The issuer in the document must be, character for character, the one the admin entered.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self, cast

from authlib.oidc.discovery import get_well_known_url

from anxin.identity.oidc_address import STRICT, AddressRules
from anxin.identity.oidc_keys import parse_keys
from anxin.identity.oidc_refusal import SignInRefused
from anxin.identity.oidc_wire import Http, StrictJsonError, fetch, strict_object
from anxin.kernel.outbound import OutboundRefused, Reason

#: Public-key signatures only. `none` is nobody's signature, and with HS* the client secret (or, confused, the
#: provider's public key) would be the signing key.
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
ClientAuth = Literal["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """All a sign-in needs to know about a provider; `as_json` goes into the tenant's provider row."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    client_auth: ClientAuth
    sends_iss: bool  # RFC 9207: then an answer without `iss` is refused

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"algorithms": list(self.algorithms)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "algorithms": tuple(value["algorithms"])})


def discover(issuer: str, http: Http, rules: AddressRules = STRICT) -> ProviderMetadata:
    """Fetch and judge a provider's description and keys. For the admin's save button, not for sign-ins."""
    rules.issuer(issuer)
    document = _document(http, get_well_known_url(issuer, external=True))
    if document.get("issuer") != issuer:
        raise SignInRefused("issuer_mismatch")
    _require_code_flow(document)
    metadata = ProviderMetadata(
        issuer=issuer,
        authorization_endpoint=rules.endpoint(document.get("authorization_endpoint"), issuer),
        token_endpoint=rules.endpoint(document.get("token_endpoint"), issuer),
        jwks_uri=rules.endpoint(document.get("jwks_uri"), issuer),
        userinfo_endpoint=(
            rules.endpoint(document["userinfo_endpoint"], issuer) if "userinfo_endpoint" in document else None
        ),
        algorithms=_algorithms(document),
        client_auth=_client_auth(document),
        sends_iss=_flag(document, "authorization_response_iss_parameter_supported"),
    )
    # An unusable key set is the admin's to learn now, not the first employee's tomorrow.
    parse_keys(fetch(http, metadata.jwks_uri, "keys_failed"))
    return metadata


def _document(http: Http, url: str) -> dict[str, Any]:
    try:
        return strict_object(fetch(http, url, "discovery_failed"))
    except SignInRefused as refusal:
        cause = refusal.__cause__
        if isinstance(cause, OutboundRefused) and cause.reason is Reason.ADDRESS:
            raise SignInRefused("address_private") from refusal
        raise
    except StrictJsonError as problem:
        raise SignInRefused("discovery_malformed") from problem


def _require_code_flow(document: Mapping[str, Any]) -> None:
    if "code" not in (_texts(document, "response_types_supported") or ()):
        raise SignInRefused("flow_unsupported")
    grants, modes = _texts(document, "grant_types_supported"), _texts(document, "response_modes_supported")
    if (grants is not None and "authorization_code" not in grants) or (
        modes is not None and "query" not in modes
    ):
        raise SignInRefused("flow_unsupported")
    challenges = _texts(document, "code_challenge_methods_supported")
    if challenges is not None and "S256" not in challenges:
        raise SignInRefused("pkce_unsupported")


def _algorithms(document: Mapping[str, Any]) -> tuple[str, ...]:
    offered = _texts(document, "id_token_signing_alg_values_supported") or ()
    usable = tuple(name for name in ALGORITHMS if name in offered)
    if not usable:
        raise SignInRefused("algorithm_unsupported")
    return usable


def _client_auth(document: Mapping[str, Any]) -> ClientAuth:
    """Basic is the specification's default and keeps the secret out of bodies that get logged."""
    offered = _texts(document, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    for method in ("client_secret_basic", "client_secret_post"):
        if method in offered:
            return cast(ClientAuth, method)
    raise SignInRefused("client_auth_unsupported")


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SignInRefused("discovery_malformed")
    return tuple(value)


def _flag(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise SignInRefused("discovery_malformed")
    return value
