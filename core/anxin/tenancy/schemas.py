"""Input and output of the tenancy room. Unknown keys are refused everywhere."""

from marshmallow import RAISE, Schema, fields, validate

COLOUR = validate.Regexp(r"^#[0-9a-fA-F]{6}$")


class Strict(Schema):
    class Meta:
        unknown = RAISE


class ModuleInput(Strict):
    on = fields.Boolean(required=True)
    signed = fields.Boolean(load_default=False)


class BrandInput(Strict):
    product_name = fields.String(required=True, validate=validate.Length(1, 20))
    colour = fields.String(required=True, validate=COLOUR)


class BrandPreview(Strict):
    colour = fields.String(load_default=None, validate=COLOUR)


class UnitInput(Strict):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    parent = fields.UUID(load_default=None, allow_none=True)
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class Nothing(Strict):
    """An action without any input."""


class ModuleOut(Schema):
    name = fields.String()
    title = fields.String()
    on = fields.Boolean()
    needs_assessment = fields.Boolean()


class UnitOut(Schema):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    parent_id = fields.UUID(allow_none=True)


class BrandOut(Schema):
    product_name = fields.String()
    colour = fields.String()
