"""What every schema shares: unknown keys are refused, and a form may leave an optional id empty."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from marshmallow import RAISE, Schema, ValidationError, fields, missing
from marshmallow.error_store import ErrorStore


class _Read(NamedTuple):
    """How one field is read: under which name it comes and goes, and what stands for it when it does not come."""

    given: str
    kept: str
    field: fields.Field[Any]
    usual: Any  # `missing`: the field itself says


class Input(Schema):
    """Base of all inputs: unknown keys are an error that names them."""

    class Meta:
        unknown = RAISE

    @cached_property
    def _plan(self) -> tuple[dict[str, _Read], bool]:
        """The fields by the names they come under; and may an input be read by this plan alone?"""
        reads = {}
        for name, field in self.load_fields.items():
            given = name if field.data_key is None else field.data_key
            usual = missing if field.required or callable(field.load_default) else field.load_default
            reads[given] = _Read(given, field.attribute or name, field, usual)
        return reads, not any("." in read.kept for read in reads.values())

    def _deserialize(self, data: Any, *, error_store: ErrorStore, **how: Any) -> Any:
        """As marshmallow's, which asks each field of a form about each key; here most fields of a long form are not
        sent, and what stands for them is known. A contract test holds the two to the same answers."""
        reads, flat = self._plan
        plain = not how.get("many") and how.get("partial") is None and how.get("index") is None
        if not (flat and plain and how.get("unknown") == RAISE and isinstance(data, Mapping)):
            return super()._deserialize(data, error_store=error_store, **how)
        told = self.dict_class()
        for given, kept, field, usual in reads.values():
            value = data.get(given, missing)
            if value is missing and usual is not missing:
                told[kept] = usual
                continue
            try:
                value = field.deserialize(value, given, data)
            except ValidationError as error:
                error_store.store_error(error.messages, given)
                value = error.valid_data or missing
            if value is not missing:
                told[kept] = value
        for strange in data.keys() - reads.keys():
            error_store.store_error([self.error_messages["unknown"]], strange)
        return told


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
