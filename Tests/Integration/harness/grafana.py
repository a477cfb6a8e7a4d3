"""Grafana's own types of a dashboard: PyPI's grafana-foundation-sdk, which its schemas make."""

import enum
import json
import types
import typing
from collections.abc import Iterator

from grafana_foundation_sdk.cog import encoder, plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

plugins.register_default_plugins()


def judge(text: str) -> list[str]:
    """What is wrong with a dashboard: what Grafana's types don't read, what they lose, and what is
    not of its type."""
    had = json.loads(text)
    try:
        dashboard = Dashboard.from_json(had)
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        return [f"it can't be read: {failure!r}"]
    has = json.loads(encoder.JSONEncoder().encode(dashboard))
    # What no panel or data source of Grafana's own has a type for is read as it stands.
    unknown = [
        f"{panel.title}: nothing is known of {panel.type_val}"
        for panel in dashboard.panels
        if panel.type_val != "row"
        and any(isinstance(one, dict) for one in [panel.options, *panel.targets])
    ]
    return [*unknown, *_mistyped(dashboard, Dashboard), *_lost(had, has)]


def _lost(had: object, has: object, place: str = "") -> Iterator[str]:
    """The places of what one value has and another has not, or has otherwise."""
    if isinstance(had, dict) and isinstance(has, dict):
        for name, one in had.items():
            yield from _lost(one, has.get(name), f"{place}.{name}")
    elif isinstance(had, list) and isinstance(has, list) and len(had) == len(has):
        for index, (one, other) in enumerate(zip(had, has, strict=True)):
            yield from _lost(one, other, f"{place}[{index}]")
    elif had != has or type(had) is not type(has):
        yield f"{place}: {had!r} became {has!r}"


def _mistyped(value: object, hint: object, place: str = "") -> Iterator[str]:
    """The places of what is not of its type, which reading does not look at."""
    kind, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in (typing.Any, object):
        # Of the type that the panel's plugin, or the query's data source, has for it.
        yield from _mistyped_fields(value, place)
    elif kind in (typing.Union, types.UnionType):
        if all(any(_mistyped(value, one)) for one in arguments):
            yield f"{place}: {value!r} is no {hint}"
    elif kind is typing.Literal:
        if value not in arguments:
            yield f"{place}: {value!r} is none of {arguments}"
    elif kind in (list, dict):
        if not isinstance(value, kind):
            yield f"{place}: {value!r} is no {hint}"
            return
        pairs = value.items() if kind is dict else enumerate(value)
        for key, one in pairs:
            yield from _mistyped(one, arguments[-1], f"{place}[{key}]")
    elif isinstance(hint, type) and issubclass(hint, enum.Enum):
        if value not in [one.value for one in hint]:
            yield f"{place}: {value!r} is none of {hint.__name__}"
    elif not isinstance(value, (int, float) if hint is float else hint) or (
        isinstance(value, bool) and hint is not bool
    ):
        yield f"{place}: {value!r} is no {hint}"
    else:
        yield from _mistyped_fields(value, place)


def _mistyped_fields(value: object, place: str) -> Iterator[str]:
    if isinstance(value, list | dict):
        for index, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _mistyped_fields(one, f"{place}[{index}]")
        return
    hints = typing.get_type_hints(type(value))
    for name, one in getattr(value, "__dict__", {}).items():
        yield from _mistyped(one, hints[name], f"{place}.{name}")
