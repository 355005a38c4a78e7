"""What a server would be given for a district at a moment, written down: the map, and world, sky, actors and houses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.city import City
from twin.city.forms import export_city
from twin.errors import InputError
from twin.scene import Look, Scene
from twin.sky import Sky
from twin.whole_file import whole_file
from vision.carla.bodies import model_for
from vision.carla.ground import WORLD
from vision.carla.houses import MESH, cubes_near, ground_cube
from vision.carla.leading import led, light_state
from vision.carla.place import Origin, yaw_deg
from vision.carla.renderer import DELTA_S
from vision.carla.session import VERSION
from vision.carla.weather import weather_fields
from vision.render.cast import cast_of
from vision.render.light import light_of

MAP_FILE: Final = "map.xodr"
MOMENT_FILE: Final = "moment.json"


@dataclass(frozen=True)
class Moment:
    """What stands and moves round a point at a time.

    Attributes:
        when: in words, such as an ISO time.
        middle_m: the point, city metres.
        scene: the actors.
        sky: the light.
    """

    when: str
    middle_m: tuple[float, float]
    scene: Scene
    sky: Sky


def write_export(city: City, district: str | None, moment: Moment, carla: Any, out: Path) -> dict[str, Any]:
    """Write ``map.xodr`` and ``moment.json`` into a new folder, and return the account of both.

    Args:
        city: the city.
        district: its district that becomes the map; None is all of it.
        moment: the moment.
        carla: the module ``carla``.
        out: the folder; it must not hold files of these names.

    Raises:
        InputError: the district is not known or too large for one map, or something lies at ``out``.
        MissingPart: the client is not installed.
    """
    taken = [name for name in (MAP_FILE, MOMENT_FILE) if (out / name).exists()]
    if taken:
        raise InputError(f"export to {out}", f"it already holds {', '.join(taken)}; choose another --out")
    _, account = export_city(city, "opendrive", out / MAP_FILE, district)
    text = (out / MAP_FILE).read_text(encoding="utf-8")
    origin = Origin.of_map(text)
    told = moment_told(city, moment, origin, carla)
    with whole_file(out / MOMENT_FILE, f"write the moment to {out}") as part:
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return {
        "map": account.said, "notes": account.warnings, "actors": len(told["actors"]), "houses": told["houses"],
        "without": told["without"],
    }  # fmt: skip


def moment_told(city: City, moment: Moment, origin: Origin, carla: Any) -> dict[str, Any]:
    """Return a moment as JSON: everything in CARLA's own names and metres."""
    light = light_of(moment.sky)
    dark = light.lamps > 0 or moment.sky.weather in ("fog", "rain", "snow")
    cast = cast_of(moment.scene, moment.scene.xyz_m[:0].sum(axis=0), dark)
    actors = [
        _actor(moment.scene, int(row), int(lamps), origin, carla)
        for row, lamps in zip(cast.row, cast.lamps, strict=True)
    ]
    cubes, left_out = cubes_near(city, moment.middle_m)
    return {
        "carla": VERSION,
        "when": moment.when,
        "origin_m": [origin.x_m, origin.y_m],
        "crs": city.crs,
        "generate_opendrive_world": WORLD,
        "settings": {"synchronous_mode": True, "fixed_delta_seconds": DELTA_S},
        "weather": {name: round(value, 3) for name, value in weather_fields(moment.sky).items()},
        "actors": actors,
        "cubes": {
            "blueprint": "static.prop.mesh",
            "mesh_path": MESH,
            "x_y_z_yaw_scale": [
                [
                    *(round(v, 3) for v in origin.there(*cube.middle_m)),
                    round(yaw_deg(cube.bearing_deg), 2),
                    round(cube.side_m, 4),
                ]
                for cube in (ground_cube(moment.middle_m), *cubes)
            ],
        },
        "houses": {"cubes": len(cubes), "houses_left_out": left_out},
        "without": {
            "fire_and_smoke": int(sum(moment.scene.look >= Look.FIRE)),
            "snow": moment.sky.weather == "snow",
        },
    }


def _actor(scene: Scene, row: int, lamps: int, origin: Origin, carla: Any) -> dict[str, Any]:
    from vision.render.cast import Lamp

    look = Look(scene.look[row])
    length, width, height = scene.size_m[row].tolist()
    model = model_for(look, (length, width, height), int(scene.variant[row]))
    told: dict[str, Any] = {
        "track_id": int(scene.track_id[row]),
        "class": look.name.lower(),
        "blueprint": model.blueprint,
    }
    told |= led(scene, row, model.size_m, origin).as_row()
    return told if model.look == Look.PERSON else told | {"lights": light_state(carla, Lamp(lamps))}
