# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible.Basic does with a module's arguments (Ansible.Basic.cs of ansible-core 2.19), in its order and words.

The options are the ``$spec`` of the script that arrived, so the twin and the module cannot disagree on the interface.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from .conversions import CONVERTERS, NotConvertible, dotnet_type, text_of
from .protocol import ModuleFailed

_KEYS = frozenset(
    "apply_defaults aliases choices default deprecated_aliases elements mutually_exclusive no_log options"
    " removed_in_version removed_at_date removed_from_collection required required_by required_if required_one_of"
    " required_together supports_check_mode type".split()
)
_LISTS_OF_LISTS = ("mutually_exclusive", "required_if", "required_one_of", "required_together")
_MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

Spec = Mapping[str, Any]


class Arguments:
    """The arguments of one call, checked by ``check``. Until then ``parameters`` are as sent."""

    def __init__(self, spec: Spec, options: Mapping[str, Any], internal: Mapping[str, Any]) -> None:
        self.parameters = dict(options)
        self.check_mode = bool(internal.get("_ansible_check_mode"))
        self.no_log = bool(internal.get("_ansible_no_log") or spec.get("no_log"))
        self.supports_check_mode = bool(spec.get("supports_check_mode"))
        self.module_name = internal.get("_ansible_module_name", "undefined win module")
        self._spec = spec
        self._ignore_unknown = bool(internal.get("_ansible_ignore_unknown_opts"))
        self._secrets: set[str] = set()
        self._context: list[str] = []

    def check(self) -> None:
        """Judge and convert. Raises ModuleFailed."""
        self._check_spec(self._spec)
        self._canonical_names(self._spec, self.parameters)
        self._check_arguments(self._spec, self.parameters)

    @property
    def secret_options(self) -> frozenset[str]:
        """Names of the options, at the top, whose values are secret."""
        return frozenset(name for name, option in _options(self._spec).items() if option.get("no_log"))

    def invocation(self) -> dict[str, Any]:
        """``invocation`` of the result: the arguments without secret values."""
        return {"module_args": self.masked(self.parameters)}

    def masked(self, value: Any) -> Any:
        """A value without anything secret. Ansible.Basic masks the invocation and messages, not other results."""
        if isinstance(value, dict):
            return {key: self.masked(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.masked(inner) for inner in value]
        text = text_of(value)
        if value is None or not any(secret in text for secret in self._secrets):
            return value
        if text in self._secrets or not isinstance(value, str):
            return _MASK
        for secret in self._secrets:
            text = text.replace(secret, "********")
        return text

    def _fail(self, msg: str) -> ModuleFailed:
        return ModuleFailed(self.masked(msg + self._where()))

    def _where(self) -> str:
        return f" found in {' -> '.join(self._context)}" if self._context else ""

    def _check_spec(self, spec: Spec) -> None:
        """What would be an exception in the module's own first lines, on any call."""
        unknown = [key for key in spec if key not in _KEYS]
        if unknown:
            raise ModuleFailed(f"internal error: argument spec entry contains an invalid key '{unknown[0]}'")
        for key in _LISTS_OF_LISTS:
            if not all(isinstance(check, list) for check in spec.get(key, [])):
                raise ModuleFailed(f"internal error: {key} is no list of lists: write @(, @('a', 'b'))")
        for kind in (spec.get("type", "str"), spec.get("elements") or "str"):
            if kind not in CONVERTERS:
                raise ModuleFailed(f"internal error: type '{kind}' is unsupported")
        for name, option in _options(spec).items():
            if option.get("required") and option.get("default") is not None:
                raise ModuleFailed(f"internal error: required and default are mutually exclusive for {name}")
            self._check_spec(option)

    def _canonical_names(self, spec: Spec, parameters: dict[str, Any]) -> None:
        """Spell names as the spec does, copy aliases to their options, note secrets."""
        known = {name.lower(): name for name in _legal(spec)}
        for name in [name for name in parameters if name not in known.values() and name.lower() in known]:
            parameters[known[name.lower()]] = parameters.pop(name)
        for name, option in _options(spec).items():
            for alias in _as_list(option.get("aliases")):
                if alias in parameters:
                    parameters[name] = parameters[alias]
            if option.get("no_log") and parameters.get(name) not in (None, ""):
                self._secrets.add(text_of(parameters[name]))

    def _check_arguments(self, spec: Spec, parameters: dict[str, Any]) -> None:
        options = _options(spec)
        self._check_unsupported(spec, parameters)
        if self.check_mode and not self.supports_check_mode and not self._context:
            return
        for names in spec.get("mutually_exclusive", []):
            if sum(name in parameters for name in names) > 1:
                raise self._fail(f"parameters are mutually exclusive: {', '.join(names)}")
        for name, option in options.items():
            if option.get("default") is not None:
                parameters.setdefault(name, copy.deepcopy(option["default"]))
        missing = [name for name, option in options.items() if option.get("required") and name not in parameters]
        if missing:
            raise self._fail(f"missing required arguments: {', '.join(missing)}")
        for name, option in options.items():
            if parameters.get(name) is not None:
                parameters[name] = self._convert(name, option, parameters[name])
        self._check_relations(spec, parameters)
        for name, option in options.items():
            parameters[name] = self._inner(name, option, parameters.get(name))

    def _check_unsupported(self, spec: Spec, parameters: Mapping[str, Any]) -> None:
        legal = _legal(spec)
        unsupported = [name for name in parameters if name not in legal]
        if unsupported and not self._ignore_unknown:
            msg = f"Unsupported parameters for ({self.module_name}) module: {', '.join(unsupported)}{self._where()}"
            raise ModuleFailed(self.masked(f"{msg}. Supported parameters include: {', '.join(legal)}"))

    def _convert(self, name: str, option: Spec, value: Any) -> Any:
        kind = option.get("type", "str")
        try:
            converted = CONVERTERS[kind](value)
        except NotConvertible as error:
            raise self._fail(
                f"argument for {name} is of type {dotnet_type(value)} and we were unable to convert to {kind}: {error}"
            ) from None
        choices = [text_of(choice) for choice in _as_list(option.get("choices"))]
        known = {choice.lower() for choice in choices}
        given = [text_of(one) for one in (converted if kind == "list" else [converted])]
        wrong = [one for one in given if one.lower() not in known]
        if choices and wrong:
            which = "one or more of" if kind == "list" else "one of"
            raise self._fail(
                f"value of {name} must be {which}: {', '.join(choices)}. Got no match for: {', '.join(wrong)}"
            )
        return converted

    def _check_relations(self, spec: Spec, parameters: Mapping[str, Any]) -> None:
        """Between options; a name counts as given when it is there, by default or as null too."""
        for names in spec.get("required_together", []):
            if 0 < sum(name in parameters for name in names) < len(names):
                raise self._fail(f"parameters are required together: {', '.join(names)}")
        for names in spec.get("required_one_of", []):
            if not any(name in parameters for name in names):
                raise self._fail(f"one of the following is required: {', '.join(names)}")
        for key, value, names, *any_of in spec.get("required_if", []):
            missing = [name for name in names if name not in parameters]
            enough = len(names) if any_of and any_of[0] else 1
            if parameters.get(key) is None or text_of(parameters[key]) != text_of(value) or len(missing) < enough:
                continue
            term = "any" if any_of and any_of[0] else "all"
            raise self._fail(f"{key} is {value} but {term} of the following are missing: {', '.join(missing)}")
        for name, needed in (spec.get("required_by") or {}).items():
            missing = [other for other in _as_list(needed) if other not in parameters]
            if name in parameters and missing:
                raise self._fail(f"missing parameter(s) required by '{name}': {', '.join(missing)}")

    def _inner(self, name: str, option: Spec, value: Any) -> Any:
        """Options of a dict, elements of a list."""
        kind, elements = option.get("type", "str"), option.get("elements")
        if kind == "dict":
            return self._inner_dict(name, option, value)
        if kind != "list" or elements is None or value is None:
            return value
        return [self._element(name, option, elements, one) for one in value]

    def _element(self, name: str, option: Spec, elements: str, value: Any) -> Any:
        if elements == "dict":
            return self._inner_dict(name, option, value)
        try:
            return CONVERTERS[elements](value)
        except NotConvertible:
            raise self._fail(
                f"argument for list entry {name} is of type {dotnet_type(value)} and we were unable to convert to"
                f" {elements}: Exception has been thrown by the target of an invocation."
            ) from None

    def _inner_dict(self, name: str, option: Spec, value: Any) -> Any:
        if not _options(option) or (value is None and not option.get("apply_defaults")):
            return value
        self._context.append(name)
        try:
            inner = CONVERTERS["dict"]({} if value is None else value)
        except NotConvertible as error:
            raise ModuleFailed(f"Unhandled exception while executing module: {error}") from None
        self._canonical_names(option, inner)
        self._check_arguments(option, inner)
        self._context.pop()
        return inner


def _options(spec: Spec) -> Mapping[str, Spec]:
    options: Mapping[str, Spec] = spec.get("options") or {}
    return options


def _legal(spec: Spec) -> list[str]:
    options = _options(spec)
    return [*options, *(alias for option in options.values() for alias in _as_list(option.get("aliases")))]


def _as_list(value: Any) -> Iterable[Any]:
    # A single value where a list belongs is a list of one.
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
