"""The spotlight cameras: one at each of the busiest junctions, with the scripted incident it will see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.footage.viewpoints import busiest_junctions, view_of
from scenarios.schema import Scenario
from scenarios.schema_cameras import Scripted
from sensors.cameras import Camera
from twin.city import City
from twin.errors import InputError
from twin.plates import plate_of
from twin.records import Visual
from twin.streams import draw_u32

CANDIDATES_PER_SPOTLIGHT = 6


@dataclass(frozen=True, slots=True)
class Spotlight:
    """A camera whose footage is really rendered.

    Attributes:
        camera: where it hangs.
        script: what will happen before it.
        x_m, y_m: where.
        plate: the listed plate, or "".
    """

    camera: Camera
    script: Scripted
    x_m: float
    y_m: float
    plate: str


def choose_spotlights(city: City, scenario: Scenario, seed: int) -> list[Spotlight]:
    """Return one spotlight for each scripted incident, at the busiest junctions where a pole with a view can stand.

    A town with fewer such junctions gets fewer spotlights.
    """
    scripts = scenario.spotlights.incidents
    nodes = busiest_junctions(city, CANDIDATES_PER_SPOTLIGHT * len(scripts))
    chosen: list[Spotlight] = []
    for number, script in enumerate(scripts):
        found = _first_view(city, nodes, script, f"spotlight-{number + 1}-{script.visual.replace('_', '-')}", seed)
        if found is not None:
            spotlight, node = found
            nodes.remove(node)
            chosen.append(spotlight)
    return chosen


def _first_view(
    city: City, nodes: Sequence[int], script: Scripted, camera_id: str, seed: int
) -> tuple[Spotlight, int] | None:
    visual = Visual(script.visual)
    for node in nodes:
        try:
            view = view_of(city, node, visual, camera_id)
        except InputError:
            continue
        plate = plate_of(int(draw_u32(seed, "listed plate", node))) if visual is Visual.LISTED_PLATE else ""
        return Spotlight(view.camera, script, view.x_m, view.y_m, plate), node
    return None
