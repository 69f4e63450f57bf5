"""Documents over any schema: all ways of selecting the same, mixed.

They need not be valid in every respect; what is the same for whoever executes them will do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)
from graphql.type.directives import GraphQLDisableErrorPropagationDirective

VARIABLES: Final[Mapping[str, str]] = {
    "yes": "Boolean!",
    "no": "Boolean!",
    "some": "Boolean = true",
    "n": "Int",
    "m": "Int! = 2",
    "w": "String",
    "j": "JSON",
    "loud": "Boolean",
}
_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "length": ("0", "2", "-1", "$n", "$m"),
    "times": ("2", "$n", "$m"),
    "number": ("1", "$n"),
    "at": ('"Tm9kZTox"', '"?"', "$w", "null"),
    "word": ('"Hi"', "null", "$w"),
    "loud": ("true", "false", "$loud", "$yes"),
    "value": ("1", '"x"', "[1, 2]", "{a: 1}", "{a: $n}", "[$w]", "null", "$j"),
}
_INCLUSION: Final = (
    *("@include(if: true)", "@include(if: false)", "@skip(if: true)", "@skip(if: false)"),
    *("@include(if: $yes)", "@include(if: $no)", "@skip(if: $yes)", "@skip(if: $no)"),
    *("@skip(if: $some)", "@include(if: $some)", "@include(if: $yes) @skip(if: $no)"),
)
# One in eight asks for errors to null nothing around them.
_WHOLE: Final = (*7 * ("",), f"@{GraphQLDisableErrorPropagationDirective.name}")


@dataclass
class Selecting:
    """Writes documents over one schema."""

    schema: GraphQLSchema
    random: Random
    deepest: int = 3
    fragments: dict[str, str] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)

    def document(self, *, operations: int = 1) -> str:
        """Some operations, named `A`, `B`, … and the fragments that they share."""
        assert self.schema.query_type is not None
        defined = ", ".join(f"${name}: {of}" for name, of in VARIABLES.items())
        texts = [
            f"query {name}({defined}) {self.random.choice(_WHOLE)} "
            f"{self.selection_set(self.schema.query_type, 0)}"
            for name in "ABCD"[:operations]
        ]
        return "\n".join([*texts, *self.fragments.values()])

    def variables(self) -> dict[str, Any]:
        """Values for them, not all of which fit every place."""
        given: dict[str, Any] = {
            "yes": self.random.random() < 0.8,
            "no": self.random.random() < 0.2,
        }
        for name, values in (
            ("some", (True, False, None)),
            ("n", (1, None, 5)),
            ("m", (1, 4)),
            ("w", ("Hello", None)),
            ("j", ({"b": [1]}, 3, None)),
            ("loud", (True, None)),
        ):
            if self.random.random() < 0.6:
                given[name] = self.random.choice(values)
        return given

    def selection_set(self, of: Any, depth: int) -> str:
        """Some of what there is on a type."""
        count = self.random.choice((1, 2, 3, 5)) if depth else self.random.choice((1, 1, 2))
        return f"{{ {' '.join(self._selection(of, depth) for _ in range(count))} }}"

    def _selection(self, of: Any, depth: int) -> str:
        way = self.random.random()
        if depth == 0 or way < 0.72 or depth > self.deepest + 1:
            return self._field(of, depth)
        if way < 0.76:
            return f"{self._alias('t')}__typename {self._inclusion()}"
        if way < 0.88:
            condition = self._condition(of)
            on = f"on {condition}" if condition is not of or self.random.random() < 0.5 else ""
            return f"... {on} {self._inclusion()} {self.selection_set(condition, depth + 1)}"
        return f"...{self._fragment(self._condition(of), depth)} {self._inclusion()}"

    def _condition(self, of: Any) -> Any:
        """A type that a fragment on this one may be on."""
        if isinstance(of, GraphQLObjectType):
            unions = [
                one
                for one in self.schema.type_map.values()
                if isinstance(one, GraphQLUnionType) and of in one.types
            ]
            return self.random.choice((of, of, *of.interfaces, *unions))
        return self.random.choice((of, *self.schema.get_possible_types(of)))

    def _fragment(self, on: Any, depth: int) -> str:
        known = self._names.setdefault(on.name, [])
        if known and self.random.random() < 0.5:
            return self.random.choice(known)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = ""  # kept for this one, while what is in it is written
        self.fragments[name] = f"fragment {name} on {on.name} {self.selection_set(on, depth + 1)}"
        known.append(name)  # only now: a fragment does not spread itself
        return name

    def _field(self, of: Any, depth: int) -> str:
        if isinstance(of, GraphQLUnionType):
            return f"{self._alias('t')}__typename"
        assert isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
        shallow = depth > self.deepest
        names = [
            name
            for name, one in of.fields.items()
            if not shallow or not hasattr(get_named_type(one.type), "fields")
            if not shallow or not isinstance(get_named_type(one.type), GraphQLUnionType)
        ]
        name = self.random.choice(names)
        one: GraphQLField = of.fields[name]
        below = get_named_type(one.type)
        composite = hasattr(below, "fields") or isinstance(below, GraphQLUnionType)
        return " ".join(
            [
                f"{self._alias('abc')}{name}{self._arguments(one)}",
                self._inclusion(),
                self.selection_set(below, depth + 1) if composite else "",
            ]
        )

    def _arguments(self, one: GraphQLField) -> str:
        given = [
            f"{name}: {self.random.choice(_ARGUMENTS[name])}"
            for name in one.args
            if self.random.random() < 0.6
        ]
        return f"({', '.join(given)})" if given else ""

    def _alias(self, letters: str) -> str:
        return f"{self.random.choice(letters)}: " if self.random.random() < 0.15 else ""

    def _inclusion(self) -> str:
        return self.random.choice(_INCLUSION) if self.random.random() < 0.12 else ""
