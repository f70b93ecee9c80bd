"""What is a rule book?  Fields, methods, and the book of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `schemas/columns.yaml`; `schema` is its pandera column form, `source` the sentence it is from."""

    name: str
    title: str
    description: str
    example: str
    source: str
    spellings: tuple[str, ...]
    choices: tuple[str, ...]
    schema: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Method:
    """One delivery method of `schemas/`; fields in neither `required` nor `optional` are not allowed."""

    name: str
    title: str
    description: str
    source: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()

    def presence(self, name: str) -> str:
        """`required`, `optional` or `not allowed`."""
        return "required" if name in self.required else "optional" if name in self.optional else "not allowed"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All fields and methods, in the order of the files; `digest` names this very content."""

    fields: Mapping[str, Field]
    methods: Mapping[str, Method]
    digest: str

    @property
    def required_always(self) -> tuple[str, ...]:
        """Fields that every method requires: without their columns a file cannot be used."""
        return tuple(f for f in self.fields if all(f in method.required for method in self.methods.values()))
