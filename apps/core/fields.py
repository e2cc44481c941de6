"""Database types Django does not know, and fields that the database fills."""

from typing import Any

from django.db import models


class LtreeField(models.Field):
    """A PostgreSQL `ltree` label path, kept by a trigger and read back after an insert."""

    db_returning = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "ltree"


class MultirangeField(models.Field):
    """A set of whole numbers as PostgreSQL's `int8multirange`, in its own words: "{[1,5),[7,8)}"."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"


class FilledForeignKey(models.ForeignKey):
    """A foreign key that a trigger fills, so Django reads it back after an insert."""

    db_returning = True


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """`name__among=[…]`: one array, however many values; `in` is a parameter for each, which Django prepares one by one."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection)
        return f"{left} = ANY (%s::{kind}[])", (*left_params, list(self.rhs))


@LtreeField.register_lookup
class IsWithin(models.Lookup):
    """`path__within=other.path`: the row is `other` or lies below it. No index serves it under row-level security (ADR 018)."""

    lookup_name = "within"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ {right}::ltree", (*left_params, *right_params)


@LtreeField.register_lookup
class Contains(models.Lookup):
    """`path__above=other.path`: the row is `other` or one of its ancestors."""

    lookup_name = "above"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @> {right}::ltree", (*left_params, *right_params)
