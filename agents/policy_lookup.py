"""Policies by what was asked for: built in, installed by others, or in a file of the user's own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from agents.policies.batch import Batch
from agents.policies.closest import Closest
from agents.policies.combined import Combined
from agents.policies.compliance import Compliance
from agents.policies.cover_preserving import CoverPreserving
from agents.policies.district_first import DistrictFirst
from agents.policies.dmexclp import Dmexclp
from agents.policies.drone_parts import DroneFirst, DroneLooksFirst, DroneWhereLate, Grounded
from agents.policies.home_positions import Median, Mexclp
from agents.policies.nearest_post import NearestPost
from agents.policies.preempting import Preempting
from agents.policies.preference_lists import PreferenceLists
from agents.policies.priority_reserve import PriorityReserve
from agents.policies.stay import Stay
from agents.policies.with_drones import WithDrones
from agents.policy import Policy
from agents.policy_spec import PartSpec, read_spec
from twin.errors import InputError, unknown_name

DISPATCH: Final = "tashkent_twin.dispatch"
RELOCATION: Final = "tashkent_twin.relocation"
DRONES: Final = "tashkent_twin.drones"
_KINDS: Final = (
    Closest, DistrictFirst, PreferenceLists, PriorityReserve, Batch, CoverPreserving, Preempting,
    Stay, NearestPost, Compliance, Mexclp, Median, Dmexclp,
)  # fmt: skip
_SENDING: Final = 7
BUILT_IN: Final[Mapping[str, Mapping[str, Callable[..., Policy]]]] = {
    DISPATCH: {kind.name: kind for kind in _KINDS[:_SENDING]},
    RELOCATION: {kind.name: kind for kind in _KINDS[_SENDING:]},
    DRONES: {kind.name: kind for kind in (DroneFirst, DroneWhereLate, DroneLooksFirst, Grounded)},
}
"""For each entry-point group the built-in policies, found even where the project runs without being installed."""


def policy_names(group: str = DISPATCH) -> list[str]:
    """Return the names of all built-in and installed policies of a group."""
    return sorted({*BUILT_IN[group], *(point.name for point in importlib.metadata.entry_points(group=group))})


def described(group: str) -> list[dict[str, str]]:
    """Return name, parameters and one sentence of each policy of a group; one that does not load says so."""
    rows = []
    for name in policy_names(group):
        try:
            kind = policy_class(name, group)
        except InputError as fault:
            rows.append({"name": name, "parameters": "", "what": fault.faults[0].what})
            continue
        what = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")
        rows.append({"name": name, "parameters": parameters_of(kind), "what": what})
    return rows


def find_policy(asked: str) -> Policy:
    """Return a new policy for what was asked, such as ``closest + dmexclp(busy=0.3)``; its name is that.

    Raises:
        InputError: a part has no such name, file or class, does not load, is no policy or refuses its parameters; the
            faults of both parts at once.
    """
    made: dict[str, Policy] = {}
    refused: list[InputError] = []
    for number, part in enumerate(read_spec(asked)):
        try:
            group = _group_of(part.name, number, RELOCATION in made)
            if group in made:
                raise _fault(asked, f"{part.name}: there is a drone part already, {made[group].name}")
            made[group] = _made(part, policy_class(part.name, group))
        except InputError as fault:
            refused.append(fault)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise InputError(f"find the policy {asked!r}", [fault for each in refused for fault in each.faults])
    ground = Combined(made[DISPATCH], made[RELOCATION]) if RELOCATION in made else made[DISPATCH]
    return WithDrones(ground, made[DRONES]) if DRONES in made else ground  # type: ignore[arg-type]


def _group_of(name: str, number: int, relocates: bool) -> str:
    """The first part sends teams; after it a drone part is known by its name, or by ``flies`` in its class."""
    if number == 0:
        return DISPATCH
    if name.endswith(".py") or name.rpartition(":")[0].endswith(".py"):
        return DRONES if getattr(policy_class(name, DRONES), "flies", False) else RELOCATION
    return DRONES if name in policy_names(DRONES) or relocates else RELOCATION


def policy_class(name: str, group: str) -> Callable[..., Any]:
    """Return what makes the policy of a name in a group, of ``path/to/file.py:Name``, or of a file that holds one.

    Raises:
        InputError: there is none, or it does not load.
    """
    path, colon, inside = name.rpartition(":")
    if colon and path.endswith(".py"):
        return _class_in(name, Path(path), inside)
    if name.endswith(".py"):
        return _only_class_in(name, Path(name))
    if name in BUILT_IN[group]:
        return BUILT_IN[group][name]
    points = importlib.metadata.entry_points(group=group, name=name)
    if not points:
        raise _fault(name, _unknown(name, group))
    try:
        kind: Callable[..., Any] = next(iter(points)).load()
    except Exception as fault:
        raise _fault(name, f"{name} does not load: {type(fault).__name__}: {fault}") from fault
    return kind


def _unknown(name: str, group: str) -> str:
    if group == DISPATCH and name in policy_names(RELOCATION):
        return f"{name} says where teams wait, and sends none; put a dispatch policy before it: closest + {name}"
    if group == DISPATCH and name in policy_names(DRONES):
        return f"{name} sends drones, and no teams; put a dispatch policy before it: closest + {name}"
    if group == DRONES:
        return f"{unknown_name('drone policy', name, policy_names(DRONES))}; or give path/to/file.py:Name"
    if group == RELOCATION and name in policy_names(DISPATCH):
        return f"{name} sends teams, and comes before the plus; after it: {', '.join(policy_names(RELOCATION))}"
    kind = "dispatch policy" if group == DISPATCH else "relocation policy"
    return f"{unknown_name(kind, name, policy_names(group))}; or give path/to/file.py:Name"


def _class_in(asked: str, path: Path, name: str) -> Callable[..., Any]:
    if not path.is_file():
        raise _fault(asked, f"there is no file {path}")
    module = _loaded(asked, path)
    if not hasattr(module, name):
        raise _fault(asked, f"in {path} {unknown_name('policy', name, _classes(module))}")
    kind: Callable[..., Any] = getattr(module, name)
    return kind


def _only_class_in(asked: str, path: Path) -> Callable[..., Any]:
    if not path.is_file():
        raise _fault(asked, f"there is no file {path}")
    module = _loaded(asked, path)
    classes = _classes(module)
    if len(classes) != 1:
        named = ", ".join(f"{path}:{name}" for name in classes)
        told = f"holds several policies; name one: {named}" if classes else "holds no class with a method decide"
        raise _fault(asked, f"{path} {told}")
    kind: Callable[..., Any] = getattr(module, classes[0])
    return kind


def _classes(module: ModuleType) -> list[str]:
    """Names of the policies that a file itself holds; what it imports from elsewhere is not its own."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "decide")
    ]


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


def _made(part: PartSpec, kind: Callable[..., Any]) -> Policy:
    try:
        policy = kind(**part.parameters)
    except InputError:
        raise
    except Exception as fault:
        what = f"{part} cannot be made: {type(fault).__name__}: {fault}; {_takes(part.name, kind)}"
        raise _fault(str(part), what) from fault
    if not callable(getattr(policy, "decide", None)):
        raise _fault(str(part), f"{part} has no method decide(view, rng); see agents/policy.py")
    if not isinstance(getattr(policy, "name", None), str) or not policy.name:
        raise _fault(str(part), f"{part} has no name; give its class one, such as name = 'mine'")
    if part.parameters:
        policy.name = str(PartSpec(policy.name, part.parameters))
    return policy  # type: ignore[no-any-return]


def _takes(name: str, kind: Callable[..., Any]) -> str:
    told = parameters_of(kind)
    return f"{name} takes {told}" if told else f"{name} takes no parameters"


def parameters_of(kind: Callable[..., Any]) -> str:
    """Return the parameters of a policy as they would be written, with their defaults; "" for none."""
    try:
        signature = inspect.signature(kind)
    except (TypeError, ValueError):
        return ""
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = [p for p in signature.parameters.values() if p.kind not in free]
    return ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in named)


def _fault(asked: str, what: str) -> InputError:
    return InputError(f"find the policy {asked!r}", what)
