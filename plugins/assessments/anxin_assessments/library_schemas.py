"""Input and output shapes of the instrument library."""

from typing import Any

from marshmallow import fields, validate

from anxin.plugin import Input, lazy

NAMED = validate.Length(min=2, max=200)
NOT_ATTESTED: Any = lazy("Tick this once you have compared the words with the licensed form.")


class Day(fields.Date):
    """A day of a form that may be left empty."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return None if value in ("", None) else super()._deserialize(value, attr, data, **kwargs)


class BringInput(Input):
    """The licence under which words are brought; the words themselves are the file beside it."""

    locale = fields.String(required=True, validate=validate.OneOf(["zh_CN", "en"]))
    holder = fields.String(required=True, validate=NAMED)
    number = fields.String(required=True, validate=NAMED)
    expires_on = Day(load_default=None, allow_none=True)
    attested = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error=NOT_ATTESTED),
        error_messages={"required": NOT_ATTESTED, "invalid": NOT_ATTESTED},
    )


class LibraryOutput(Input):
    """One instrument of the library; `editions` is empty where there is no key."""

    id = fields.String()
    title = fields.String()
    items = fields.Integer(allow_none=True)
    editions = fields.List(fields.String())
    licence = fields.String()
    state = fields.String()
    reason = fields.String(allow_none=True)
