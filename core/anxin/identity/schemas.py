"""What the identity room's forms and API take. Unknown keys are refused everywhere."""

from marshmallow import RAISE, Schema, fields, validate


class Input(Schema):
    """Base of all inputs: unknown keys are an error that names them."""

    class Meta:
        unknown = RAISE


class LocalSignIn(Input):
    name = fields.String(required=True, validate=validate.Length(1, 200))
    passphrase = fields.String(required=True, validate=validate.Length(1, 1000))
    next = fields.String(load_default=None, allow_none=True)


class NewPassphrase(Input):
    passphrase = fields.String(required=True, validate=validate.Length(1, 1000))
    again = fields.String(required=True)


class Onward(Input):
    next = fields.String(load_default=None, allow_none=True)
