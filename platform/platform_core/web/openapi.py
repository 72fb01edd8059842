"""What the framework can't know of an operation: our own parser reads the query string, so it is described here."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.base import BaseSchemaObject
from msgspec import Struct


@dataclass
class _JSONSchema(BaseSchemaObject):
    """A schema as msgspec writes it."""

    written: dict[str, Any]

    def to_schema(self) -> dict[str, Any]:
        return self.written


def operation_with(query: type[Struct]) -> type[Operation]:
    """An operation whose query string is a `query`: each field with its type, bounds, title and default."""
    parameters = query_parameters(query)

    @dataclass
    class WithQuery(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *parameters]

    return WithQuery


def query_parameters(query: type[Struct]) -> list[Parameter]:
    """The fields of a query string as parameters."""
    (_reference,), components = msgspec.json.schema_components([query])
    described = components[query.__name__]
    return [
        Parameter(
            name=name,
            param_in="query",
            schema=cast(Schema, _JSONSchema(_whole(schema, components))),
            required=name in described["required"],
        )
        for name, schema in described["properties"].items()
    ]


def _whole(schema: Any, components: dict[str, Any]) -> Any:
    """A schema with every reference replaced by what it refers to: forms are small, and named nowhere else."""
    if isinstance(schema, list):
        return [_whole(one, components) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _whole(components[schema["$ref"].rpartition("/")[2]], components)
    return {key: _whole(value, components) for key, value in schema.items()}
