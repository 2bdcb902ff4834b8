"""Every way a sign-in through an employer's provider can be refused: one stable code, one clear sentence.

The code is for the audit entry and the operator; the sentence is for the person on the page, who can do
little about a wrong signature, so many codes share a sentence. Nothing a provider says is ever echoed: its
text could be an attack.
"""

from typing import Final

from anxin.kernel.errors import AnxinError, Text
from anxin.kernel.i18n import lazy

_AGAIN = lazy("This sign-in took too long or was opened twice. Please start again.")
_DECLINED = lazy("You stopped the sign-in. Nothing was shared; start again whenever you like.")
_AWAY = lazy("Your employer's sign-in service does not answer. Please try again shortly.")
_UNTRUSTED = lazy(
    "The answer of your employer's sign-in service could not be trusted, so nobody was signed in. "
    "Please start again; if it happens twice, tell your union office."
)
_SETTINGS = lazy("The sign-in settings no longer fit your employer's service. Please tell your union office.")
_UNREACHED = lazy(
    "No answer from this address. Check it, and that it can be reached from here without redirects."
)
_ISSUER = lazy("This is not a usable issuer address. It begins with https:// and has no ? or #.")
_PRIVATE = lazy("This address is inside a private network. The operator of the platform must allow it first.")
_DOCUMENT = lazy("The document at this address is not a valid OpenID Connect description.")
_OTHER_ISSUER = lazy("The provider calls itself by another issuer address. Enter exactly the one it uses.")
_FOREIGN = lazy("The provider sends sign-ins to another host. Name that host here if you trust it.")
_INCAPABLE = lazy(
    "The provider lacks what a safe sign-in needs (code flow, PKCE with S256, a public-key signature)."
)
_KEYS = lazy("The provider's signing keys cannot be used safely.")

#: code → (HTTP status, sentence)
REFUSALS: Final[dict[str, tuple[int, Text]]] = {
    # while the admin saves the settings
    "issuer_invalid": (422, _ISSUER),
    "address_private": (422, _PRIVATE),
    "discovery_failed": (422, _UNREACHED),
    "discovery_malformed": (422, _DOCUMENT),
    "issuer_mismatch": (422, _OTHER_ISSUER),
    "endpoint_invalid": (422, _DOCUMENT),
    "endpoint_foreign": (422, _FOREIGN),
    "flow_unsupported": (422, _INCAPABLE),
    "pkce_unsupported": (422, _INCAPABLE),
    "algorithm_unsupported": (422, _INCAPABLE),
    "client_auth_unsupported": (422, _INCAPABLE),
    # when the browser comes back
    "pending_expired": (400, _AGAIN),
    "provider_changed": (400, _AGAIN),
    "state_mismatch": (400, _AGAIN),
    "response_malformed": (400, _AGAIN),
    "response_issuer_missing": (403, _UNTRUSTED),
    "response_issuer_mismatch": (403, _UNTRUSTED),
    "declined": (403, _DECLINED),
    "provider_error": (502, _AWAY),
    # the token endpoint
    "token_failed": (502, _AWAY),
    "code_rejected": (400, _AGAIN),
    "client_rejected": (502, _SETTINGS),
    "token_malformed": (403, _UNTRUSTED),
    "id_token_missing": (403, _UNTRUSTED),
    # the keys
    "keys_failed": (502, _AWAY),
    "keys_malformed": (403, _KEYS),
    "keys_unsafe": (403, _KEYS),
    "key_unknown": (403, _UNTRUSTED),
    # the ID token
    "id_token_malformed": (403, _UNTRUSTED),
    "algorithm_refused": (403, _UNTRUSTED),
    "signature_invalid": (403, _UNTRUSTED),
    "claim_iss": (403, _UNTRUSTED),
    "claim_aud": (403, _UNTRUSTED),
    "claim_azp": (403, _UNTRUSTED),
    "claim_exp": (403, _UNTRUSTED),
    "claim_iat": (403, _UNTRUSTED),
    "claim_nbf": (403, _UNTRUSTED),
    "claim_nonce": (403, _UNTRUSTED),
    "claim_at_hash": (403, _UNTRUSTED),
    "claim_sub": (403, _UNTRUSTED),
    # the userinfo endpoint
    "userinfo_failed": (502, _AWAY),
    "userinfo_malformed": (403, _UNTRUSTED),
    "userinfo_sub": (403, _UNTRUSTED),
}


class SignInRefused(AnxinError):  # a refusal, like the rest of its family
    """Nobody was signed in, and why. `code` is a key of REFUSALS and may go into the audit entry."""

    def __init__(self, code: str) -> None:
        status, sentence = REFUSALS[code]
        super().__init__(sentence, code=code)
        self.status = status
