"""Input and output of the tenancy room. Unknown keys are refused everywhere."""

from marshmallow import Schema, fields, validate

from anxin.kernel.schemas import Input, OptionalUUID

COLOUR = validate.Regexp(r"^#[0-9a-fA-F]{6}$")


class ModuleInput(Input):
    on = fields.Boolean(required=True)
    signed = fields.Boolean(load_default=False)


class BrandInput(Input):
    product_name = fields.String(required=True, validate=validate.Length(1, 20))
    colour = fields.String(required=True, validate=COLOUR)


class BrandPreview(Input):
    colour = fields.String(load_default=None, validate=COLOUR)


class UnitInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    parent = OptionalUUID(load_default=None, allow_none=True)
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class MergeInput(Input):
    into = fields.UUID(required=True)


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
    closed_at = fields.AwareDateTime(allow_none=True)


class ChangeOut(Schema):
    at = fields.AwareDateTime()
    what = fields.String()
    before = fields.String()
    after = fields.String()


class BrandOut(Schema):
    product_name = fields.String()
    colour = fields.String()
