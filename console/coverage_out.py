"""What `twin coverage --out` writes."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.coverage_made import Job, Made
from twin.errors import InputError


def write_all(out: Path, job: Job, done: Made) -> None:
    """Write page, figures, cameras and picture into the folder.

    Raises:
        InputError: something cannot be written there.
    """
    from reports.coverage_page import write_coverage
    from sensors.fleet_file import write_fleet
    from sensors.mask_plan import with_masks

    maps = _maps(done)
    try:
        text = json.dumps(done.content(), indent=1, ensure_ascii=False) + "\n"
        (out / "coverage.json").write_text(text, encoding="utf-8")
        (out / "coverage.png").write_bytes(base64.b64decode(maps[0].uri.partition(",")[2]))
        before = None if done.before is None else done.before.figures
        write_coverage(out / "coverage.html", _about(job, done), done.summary.figures, maps, before)
        write_fleet(done.fleet, out / "coverage.geojson", done.city.crs, beside=done.summary.cameras)
        if done.plans:
            masked = with_masks(done.fleet, done.plans)
            write_fleet(masked, out / "masks.geojson", done.city.crs, "with the masks that were proposed")
    except OSError as fault:
        raise InputError(f"write the coverage to {out}", f"{fault.strerror or fault}; choose another --out") from fault


def _maps(done: Made) -> list[Any]:
    from reports.coverage_maps import (
        class_key,
        class_map,
        count_key,
        count_map,
        difference_key,
        difference_map,
    )
    from reports.coverage_page import DrawnMap

    seen, names = done.overview, done.dori.names[1:]
    layers = _layers(done)
    place = (seen.closed, seen.extent_m, layers)
    maps = [DrawnMap("What is seen by day", class_map(seen.best, *place, len(names)), class_key(names))]
    if done.overview_before is not None:
        changed = difference_map(done.overview_before.best, seen.best, *place)
        maps.append(DrawnMap("What changes", changed, difference_key()))
    maps += [
        DrawnMap("What is seen at night", class_map(seen.night, *place, len(names)), class_key(names),
                 "By the cameras' own infrared light, and by street lamps."),
        DrawnMap("How many see it", count_map(seen.count, *place), count_key(), f"At «{names[0]}» or better, by day."),
    ]  # fmt: skip
    return maps


def _layers(done: Made) -> dict[str, Any]:
    import geopandas as gpd

    city, fleet = done.city, done.fleet
    points = gpd.points_from_xy(fleet.x_m, fleet.y_m, crs=city.crs)
    return {
        "streets": city.streets[city.streets["drive"]],
        "areas": city.areas,
        "districts": city.districts,
        "cameras": gpd.GeoDataFrame({"id": fleet.id}, geometry=points),
    }


def _about(job: Job, done: Made) -> dict[str, Any]:
    from sensors.night import load_night

    night = load_night()
    parts = ["twin", "coverage", job.city, job.cameras]
    parts += ["--before", job.before] if job.before else []
    parts += ["--edition", job.edition] if job.edition else []
    parts += ["--resolution", f"{job.resolution:g}"]
    return {
        "city": done.city.name,
        "fleet": _called(job.cameras),
        "fleet_before": _called(job.before) if job.before else "",
        "edition": done.dori.edition,
        "source": done.dori.source.rstrip("."),
        "verified": done.dori.verified.rstrip("."),
        "cell_m": job.resolution,
        "real": _real(done.city.manifest),
        "night": f"A street lamp lights what is no higher than itself up to {night.lamp_reach_m:g} m away; the night "
        f"has {night.night_hours:g} hours. {night.source.capitalize()}.",
        "command": shlex.join(parts),
    }


def _real(manifest: Mapping[str, Any]) -> str:
    """Return what is real in the city and what is synthetic, or where it comes from."""
    told = [f"{word.capitalize()}: {manifest[word].rstrip('.')}." for word in ("real", "synthetic") if word in manifest]
    return " ".join(told) or f"City: {manifest.get('source', 'unknown')}."


def _called(cameras: str) -> str:
    return "the default fleet" if cameras == "default" else Path(cameras).name
