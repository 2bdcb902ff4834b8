"""The one family of errors. A service raises; one place in the app makes HTML or problem+json of it.

`message` is for the user, already translated or lazy; `code` is stable and may be quoted in documentation;
`record` is an audit entry to be written although the request itself is rolled back (refusals count too).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from anxin.kernel.i18n import lazy

if TYPE_CHECKING:
    from anxin.kernel.entry import Entry

Text = Any  # str or a lazy string


class AnxinError(Exception):
    """Base of every refusal a user may meet."""

    status = 500
    code = "error"
    message: Text = lazy("Something went wrong on our side.")

    def __init__(
        self, message: Text | None = None, *, code: str | None = None, record: "Entry | None" = None
    ) -> None:
        self.message = message if message is not None else type(self).message
        self.code = code or type(self).code
        self.record = record
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Invalid(AnxinError):
    """The input cannot be taken. `fields` maps a field's name to its messages."""

    status = 422
    code = "invalid"
    message = lazy("Some answers need another look.")

    def __init__(
        self,
        message: Text | None = None,
        *,
        fields: Mapping[str, Sequence[Text]] | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}


class NotFound(AnxinError):
    """Absent, of another tenant, or not yours to know about: the same words for all three."""

    status = 404
    code = "not_found"
    message = lazy("This page does not exist, or it is not yours to see.")


class Forbidden(AnxinError):
    status = 403
    code = "forbidden"
    message = lazy("Your role does not include this.")


class SignInRequired(AnxinError):
    status = 401
    code = "sign_in_required"
    message = lazy("Please sign in first.")


class ProofRequired(AnxinError):
    """A sensitive step in a session that has been open for a while: show again who you are."""

    status = 401
    code = "proof_required"
    message = lazy("Please confirm first that it is you.")


class ConsentRequired(AnxinError):
    """The actor's own data, and they have not agreed to the purpose (in its current version) yet."""

    status = 403
    code = "consent_required"
    message = lazy("This needs your consent first.")

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose


class ConsentRefused(AnxinError):
    """Another person's data, and that person has not agreed, or no longer agrees."""

    status = 403
    code = "consent_refused"
    message = lazy("The person has not agreed to this, or has withdrawn the consent.")


class Conflict(AnxinError):
    status = 409
    code = "conflict"
    message = lazy("Somebody was quicker, or this has changed in the meantime.")


class TooMany(AnxinError):
    status = 429
    code = "too_many"
    message = lazy("Too many tries. Please wait a little.")


class Unavailable(AnxinError):
    """A dependency is away. Nothing is lost; trying again later is safe."""

    status = 503
    code = "unavailable"
    message = lazy("A part of the system is resting. Nothing you entered is lost; please try again shortly.")


class ConfigurationError(AnxinError):
    """Somebody who runs or extends the platform must act; the message names the place and the fix."""

    code = "configuration"


class ProgrammingError(AssertionError):
    """A rule of the house was broken by code (no audit entry, no purpose, no guard). Never shown to users."""
