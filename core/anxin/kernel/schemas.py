"""What every schema shares: unknown keys are refused, and a form may leave an optional id empty."""

from typing import Any

from marshmallow import RAISE, Schema, fields


class Input(Schema):
    """Base of all inputs: unknown keys are an error that names them."""

    class Meta:
        unknown = RAISE


class Nothing(Input):
    """An action without any input."""


class OptionalUUID(fields.UUID):
    """A UUID that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)


class OptionalDate(fields.Date):
    """A day that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)
