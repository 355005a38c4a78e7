"""`twin place`: from what a planner asks for to a plan with its proven gap, its figures and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.placement.choose import Chosen, chosen
from experiments.placement.demand import Demand, demand_in
from experiments.placement.inputs import Inputs, inputs_of
from experiments.placement.judged import (
    Seen,
    class_table,
    failing,
    ground_table,
    mahalla_table,
    seen_by,
    worst_tenth,
)
from experiments.placement.looking_in import looking_in
from experiments.placement.objectives import Aim, aim_of
from experiments.placement.plan_files import FIGURES, cameras_of, phase_of, write_cameras, write_maps
from experiments.placement.request import OBJECTIVES, PlaceRequest
from experiments.placement.sight import sight_of
from experiments.placement.zones import union_of
from experiments.provenance import file_hashes, git_commit, versions
from experiments.request import Tell, silent
from experiments.trials.tidy import plain, write_json
from sensors.cameras import CameraFleet, join_fleets
from sensors.candidate_options import MOUNTS, OPTIONS_FILE
from sensors.fitted import FITTED_FILE
from twin.city.store import city_hash
from twin.errors import InputError

CURVE_POINTS = 10


def place(request: PlaceRequest, tell: Tell = silent) -> dict[str, Any]:
    """Choose cameras, write the plan into ``request.out``, and return its figures.

    Raises:
        InputError: an input is wrong, or nothing can be chosen; all faults at once.
    """
    tell("city and inputs", 0.0)
    inputs = inputs_of(request)
    _folder(request)
    tell("what is to be seen", 0.0)
    demand = demand_in(
        inputs.city, inputs.area.shape, inputs.heights, inputs.watched, request.cell_m, union_of(inputs.must_see)
    )
    if not len(demand):
        raise InputError("place cameras", f"{inputs.area.name} has no street, square or school to be seen")
    aim = aim_of(request, inputs.city, inputs.area.shape, demand, inputs.watched, inputs.dori)
    tell("lines of sight", 0.0)
    sight = sight_of(request, inputs, aim)
    tell("plan and bound", 0.0)
    found = chosen(request, inputs, aim, sight)
    if not len(found.rows):
        raise InputError("place cameras", "no candidate adds anything to what the existing cameras see")
    tell("before and after", 0.0)
    cameras = cameras_of(found, inputs)
    after = seen_by(join_fleets(inputs.near, [cameras[i] for i in range(len(cameras))]), inputs, demand)
    before = seen_by(inputs.near, inputs, demand)
    content = _content(request, inputs, demand, aim, found, cameras, before, after)
    tell("files", 0.0)
    _write(request, inputs, demand, found, cameras, before, after, content)
    return plain(content)  # type: ignore[no-any-return]


def _folder(request: PlaceRequest) -> None:
    try:
        request.out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(
            f"write the plan to {request.out}", f"{fault.strerror or fault}; choose another --out"
        ) from fault


def _content(
    request: PlaceRequest, inputs: Inputs, demand: Demand, aim: Aim, found: Chosen, cameras: CameraFleet, before: Seen,
    after: Seen,
) -> dict[str, Any]:  # fmt: skip
    """Everything that is known of a plan, ready for JSON."""
    names = inputs.city.mahallas["name"].to_numpy()
    mahallas = mahalla_table(before, after, demand, names)
    price = inputs.candidates.price[found.rows]
    phases = _phases(request, found, price)
    homes = looking_in(inputs, cameras, [row["cameras"] for row in phases] + shown_points(found.curve))
    return {
        "kind": "place",
        "city": inputs.city.name,
        "area": {"name": inputs.area.name, "km2": inputs.area.shape.area / 1e6},
        "objective": {
            "name": request.objective, "words": OBJECTIVES[request.objective], "unit": aim.elements.unit,
            "class_weights": dict(aim.class_weights), "edition": inputs.dori.edition,
        },
        "asked": {"budget": request.budget, "money": request.money, "phases": list(request.phases)},
        "candidates": {"poses": len(inputs.candidates), "mounts": inputs.mounts},
        "demand": {"cells": len(demand), "cell_m": request.cell_m, "elements": len(aim.elements.weight)},
        "existing": {"all": len(inputs.existing), "near": len(inputs.near)},
        "plan": {
            "cameras": len(cameras), "already": found.already, "value": found.plan.total, "bound": found.plan.bound,
            "bound_by": found.plan.bound_by, "gap": found.plan.gap, "price": float(price.sum()),
            "currency": inputs.candidates.currency, "must": found.must, "must_seen": found.must_seen,
            "by_option": _by_option(inputs, found),
        },
        "curve": [point | {"newly_in_view": homes.newly.get(point["cameras"])} for point in found.curve],
        "phases": [row | {"newly_in_view": homes.newly[row["cameras"]]} for row in phases],
        "classes": class_table(before, after, demand, inputs.dori),
        "ground": ground_table(before, after, demand),
        "mahallas": mahallas,
        "worst_tenth": {word: worst_tenth(mahallas, word) for word in ("before", "after")},
        "failing": failing(after, demand, aim.class_weights),
        "privacy": {"before": homes.before, "after": homes.after, "newly_in_view": homes.newly[len(cameras)]},
        "prices": {"source": inputs.options.source.strip(), "as_of": inputs.options.as_of},
        "weights": {"source": inputs.watched.source, "as_of": inputs.watched.as_of},
        **_provenance(request, inputs),
    }  # fmt: skip


def _by_option(inputs: Inputs, found: Chosen) -> list[dict[str, Any]]:
    """How many cameras of each kind on each family of mounts, and what they cost."""
    fleet, families = inputs.candidates.fleet, inputs.candidates.family
    keys = [
        (str(fleet.kind[i]), MOUNTS[families[i]] if families[i] >= 0 else "", float(fleet.hfov_deg[i]),
         int(fleet.width_px[i]), float(inputs.candidates.price[i]))
        for i in found.rows.tolist()
    ]  # fmt: skip
    return [
        {
            "kind": key[0],
            "mount": key[1],
            "hfov_deg": key[2],
            "width_px": key[3],
            "price": key[4],
            "cameras": keys.count(key),
        }
        for key in sorted(set(keys), key=lambda key: (-keys.count(key), key))
    ]


def _phases(request: PlaceRequest, found: Chosen, price: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """The plan's value, bound and price at the end of each phase; the whole plan is the last."""
    ends = sorted({min(phase, len(price)) for phase in (*request.phases, len(price))})
    bound = {point["cameras"]: point["bound"] for point in found.curve}
    return [
        {
            "phase": phase_of(end, request.phases), "cameras": end, "value": float(found.plan.value[end - 1]),
            "bound": bound.get(end), "price": float(price[:end].sum()),
        }
        for end in ends
    ]  # fmt: skip


def shown_points(curve: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the numbers of cameras at which the curve is told in print: about ten that have a bound, and the last."""
    known = [point["cameras"] for point in curve if point["bound"] is not None and point["cameras"]]
    if len(known) < 2:
        known = [point["cameras"] for point in curve if point["cameras"]]
    step = max(1, len(known) // CURVE_POINTS)
    return sorted({*known[step - 1 :: step], curve[-1]["cameras"]})


def _provenance(request: PlaceRequest, inputs: Inputs) -> dict[str, Any]:
    files = {
        "existing": request.existing, "candidates": request.candidates, "options": request.options or OPTIONS_FILE,
        "watched": request.watched, "forbidden": request.forbidden, "must_see": request.must_see, "fitted": FITTED_FILE,
    }  # fmt: skip
    return {
        "seed": request.seed, "command": request.command, "git": git_commit(), "versions": versions(),
        "hashes": file_hashes(files) | {"city": city_hash(inputs.city)},
    }  # fmt: skip


def _write(
    request: PlaceRequest, inputs: Inputs, demand: Demand, found: Chosen, cameras: CameraFleet, before: Seen,
    after: Seen, content: dict[str, Any],
) -> None:  # fmt: skip
    plan = content["plan"]
    note = (
        f"plan of {plan['cameras']} cameras in {inputs.area.name}, {request.objective}: {plan['value']:.4f} of all "
        f"there is to see, proven within {plan['gap']:.2%} of the best plan; {plan['price']:,.0f} {plan['currency']}"
    )
    write_cameras(request.out, found, inputs, cameras, request.phases, note)
    write_maps(request.out, inputs, demand, before, after, cameras)
    write_json(request.out / FIGURES, content)
