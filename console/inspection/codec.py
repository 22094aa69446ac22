"""Dataclasses of the model as plain JSON values and back, by their annotations.

A field that holds its default is left out. So a record says only what somebody put there, and a field that a later
version adds (with a default) changes neither old records nor the bytes that their seals cover.

Reading raises KeyError, ValueError, TypeError or AttributeError for values that are something else.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from console.model.checks import Finding
from console.model.finding_json import finding_from_json, finding_to_json
from console.model.sentence import Words

Convert = Callable[[Any], Any]


class Codec(NamedTuple):
    """How values of one type are written and read."""

    write: Convert
    read: Convert


def to_plain(value: object) -> Any:
    """A dataclass as plain values; `from_plain` reads them."""
    kind: Any = type(value)
    return codec(kind).write(value)


@cache
def codec(kind: Any) -> Codec:
    """How values of the annotation `kind` are written and read. TypeError for one that no model uses."""
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple
    if get_origin(kind) in (Union, types.UnionType):
        return _optional(kind)
    if get_origin(kind) is tuple:
        item = codec(get_args(kind)[0])
        return Codec(
            lambda values: [item.write(value) for value in values],
            lambda values: tuple(item.read(value) for value in _checked(values, list)),
        )
    if get_origin(kind) is Mapping:
        item = codec(get_args(kind)[1])
        return Codec(
            lambda values: {key: item.write(value) for key, value in values.items()},
            lambda values: {key: item.read(value) for key, value in _checked(values, dict).items()},
        )
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Codec(lambda value: value.value, kind)
    if is_dataclass(kind):
        return _of_dataclass(kind)
    raise TypeError(kind)


@cache
def fields_of(kind: type, leave_out: tuple[str, ...] = ()) -> dict[str, tuple[Field[Any], Codec]]:
    """The fields of a dataclass by name, with how they are written."""
    hints = get_type_hints(kind)
    return {each.name: (each, codec(hints[each.name])) for each in fields(kind) if each.name not in leave_out}


def write_fields(value: object, parts: Mapping[str, tuple[Field[Any], Codec]]) -> dict[str, Any]:
    """Those fields of `value` that do not hold their default."""
    written = {}
    for name, (field, how) in parts.items():
        held = getattr(value, name)
        if held != default_of(field):
            written[name] = how.write(held)
    return written


def read_fields(data: Mapping[str, Any], parts: Mapping[str, tuple[Field[Any], Codec]]) -> dict[str, Any]:
    """Arguments for the dataclass. KeyError where one without a default is missing; unknown names are passed over."""
    found = {}
    for name, (field, how) in parts.items():
        if name in data:
            found[name] = how.read(data[name])
        elif default_of(field) is MISSING:
            raise KeyError(name)
    return found


def default_of(field: Field[Any]) -> Any:
    """What the field holds unless somebody says otherwise; MISSING for nothing."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _of_dataclass(kind: Any) -> Codec:
    parts: dict[str, tuple[Field[Any], Codec]] = {}

    def known() -> dict[str, tuple[Field[Any], Codec]]:
        if not parts:
            parts.update(fields_of(kind))
        return parts

    return Codec(
        lambda value: write_fields(value, known()),
        lambda data: kind(**read_fields(_checked(data, dict), known())),
    )


def _optional(kind: Any) -> Codec:
    inner = [each for each in get_args(kind) if each is not types.NoneType]
    if len(inner) != 1:
        raise TypeError(kind)
    item = codec(inner[0])
    return Codec(
        lambda value: None if value is None else item.write(value),
        lambda value: None if value is None else item.read(value),
    )


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(type(value).__name__)
    return value


def _text(value: Any) -> str:
    return str(_checked(value, str))


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("bool")
    return int(_checked(value, int))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(type(value).__name__)
    return float(value)


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(_text(text))


def _day(text: Any) -> date:
    return date.fromisoformat(_text(text))


def _same(value: Any) -> Any:
    return value


_SIMPLE: dict[Any, Codec] = {
    str: Codec(_same, _text),
    int: Codec(_same, _whole),
    bool: Codec(_same, lambda value: _checked(value, bool)),
    # "-0.0" and "95" against "95.0" would be other bytes for the same number.
    float: Codec(lambda value: float(value) + 0.0, _number),
    datetime: Codec(datetime.isoformat, _moment),
    date: Codec(date.isoformat, _day),
    Words: Codec(Words.to_json, lambda data: Words(_text(data["en"]), _text(data["zh"]))),
    Finding: Codec(finding_to_json, finding_from_json),
}
