"""Policies by name: built in, installed by others, or in a file of the user's own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from agents.policies.closest import Closest
from agents.policy import Policy
from twin.errors import InputError, unknown_name

GROUP: Final = "tashkent_twin.dispatch"
BUILT_IN: Final = {"closest": Closest}


def policy_names() -> list[str]:
    """Return the names of all built-in and installed policies."""
    return sorted({*BUILT_IN, *(point.name for point in importlib.metadata.entry_points(group=GROUP))})


def find_policy(asked: str) -> Policy:
    """Return a new policy for a name, or for ``path/to/file.py:Name``.

    Built-in policies are found even where the project runs from a folder without being installed.

    Raises:
        InputError: no such name, file or class, or one that does not load or is no policy.
    """
    path, colon, name = asked.rpartition(":")
    if colon and path.endswith(".py"):
        return _made(asked, _class_in(asked, Path(path), name))
    if asked in BUILT_IN:
        return _made(asked, BUILT_IN[asked])
    points = importlib.metadata.entry_points(group=GROUP, name=asked)
    if not points:
        raise _fault(asked, f"{unknown_name('policy', asked, policy_names())}; or give path/to/file.py:Name")
    try:
        kind = next(iter(points)).load()
    except Exception as fault:
        raise _fault(asked, f"it does not load: {type(fault).__name__}: {fault}") from fault
    return _made(asked, kind)


def _class_in(asked: str, path: Path, name: str) -> Any:
    if not path.is_file():
        raise _fault(asked, f"there is no file {path}")
    module = _loaded(asked, path)
    if not hasattr(module, name):
        classes = [key for key, value in vars(module).items() if isinstance(value, type) and hasattr(value, "decide")]
        raise _fault(asked, f"in {path} {unknown_name('policy', name, classes)}")
    return getattr(module, name)


def _loaded(asked: str, path: Path) -> ModuleType:
    title = f"tashkent_twin_policy_{path.stem}"
    spec = importlib.util.spec_from_file_location(title, path)
    if spec is None or spec.loader is None:
        raise _fault(asked, f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[title] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as fault:
        del sys.modules[title]
        raise _fault(asked, f"{path} does not load: {type(fault).__name__}: {fault}") from fault
    return module


def _made(asked: str, kind: Any) -> Policy:
    try:
        policy = kind()
    except Exception as fault:
        raise _fault(asked, f"it cannot be made without arguments: {type(fault).__name__}: {fault}") from fault
    if not callable(getattr(policy, "decide", None)):
        raise _fault(asked, "it has no method decide(view, rng); see agents/policy.py")
    if not isinstance(getattr(policy, "name", None), str) or not policy.name:
        raise _fault(asked, "it has no name; give its class one, such as name = 'mine'")
    return policy


def _fault(asked: str, what: str) -> InputError:
    return InputError(f"find the dispatch policy {asked!r}", what)
