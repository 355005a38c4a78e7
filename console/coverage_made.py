"""What `twin coverage` works out: the fleet's figures and map, another fleet's to compare with, masks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import InputError

if TYPE_CHECKING:
    from sensors.cameras import CameraFleet
    from sensors.fleet_cells import Window
    from sensors.fleet_summary import FleetSummary
    from sensors.mask_plan import MaskPlan
    from sensors.optics import Dori
    from sensors.overview import Overview
    from twin.city import City

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Job:
    """What was asked on the command line."""

    city: str
    cameras: str
    before: str | None
    resolution: float
    edition: str | None
    seen_for: float
    masks: int
    out: Path | None


@dataclass(frozen=True)
class Made:
    """What came of it.

    Attributes:
        city: the city.
        fleet: its cameras.
        dori: the classes.
        summary: of the fleet.
        overview: the map, small.
        before: of the other fleet, where there is one.
        overview_before: its map.
        plans: proposed masks.
    """

    city: City
    fleet: CameraFleet
    dori: Dori
    summary: FleetSummary
    overview: Overview
    before: FleetSummary | None
    overview_before: Overview | None
    plans: list[MaskPlan]

    def content(self) -> dict[str, Any]:
        """Return all figures, ready for JSON."""
        content = dict(self.summary.figures)
        if self.before is not None:
            content["before"] = self.before.figures
        if self.plans:
            content["masks"] = [
                {
                    "id": str(self.fleet.id[plan.camera]),
                    "masks": len(plan.masks),
                    "dwellings_freed": plan.dwellings_freed,
                    "ground_lost_m2": plan.ground_lost_m2,
                    "ground_m2": plan.ground_m2,
                }
                for plan in self.plans
            ]
        return content


def made(job: Job, tell: Tell) -> Made:
    """Work it out, telling the stages."""
    from sensors.mask_plan import propose_masks
    from sensors.optics import load_dori
    from twin.city.heights import heights_of
    from twin.city.resolve import open_city

    dori = load_dori(job.edition)
    tell("city", 0.0)
    city = open_city(None if job.city == "default" else job.city)
    tell("cameras", 0.0)
    fleet = fleet_named(job.cameras, city)
    other = None if job.before is None else fleet_named(job.before, city)
    tell("heights", 0.0)
    heights = heights_of(city, job.resolution)
    summary, overview = _summary(job, city, fleet, heights, dori, tell, job.out)
    before, overview_before = None, None
    if other is not None:
        before, overview_before = _summary(job, city, other, heights, dori, tell, None)
    plans = []
    if job.masks:
        tell("masks", 0.0)
        plans = propose_masks(fleet, heights, city, summary.homes, most=job.masks)
    return Made(city, fleet, dori, summary, overview, before, overview_before, plans)


def fleet_named(cameras: str, city: City) -> CameraFleet:
    """Return the cameras of a file, or the default fleet of the city.

    Raises:
        InputError: the file is wrong; all its faults.
    """
    from sensors.default_fleet import DEFAULT_CAMERAS, cameras_for, default_fleet
    from sensors.fleet_file import read_fleet

    if cameras == "default":
        return default_fleet(city, min(cameras_for(city), DEFAULT_CAMERAS), seed=0)
    return read_fleet(Path(cameras), city.crs, city.bounds_m, city.buildings)


def _summary(
    job: Job, city: City, fleet: CameraFleet, heights: Any, dori: Dori, tell: Tell, out: Path | None
) -> tuple[FleetSummary, Overview]:
    from sensors.fleet_cells import grid_of
    from sensors.fleet_summary import fleet_summary
    from sensors.overview import OverviewMaker
    from sensors.raster_file import RasterFiles

    grid = grid_of(heights)
    maker = OverviewMaker(grid)
    with ExitStack() as held:
        listeners: list[Callable[[Window], None]] = [maker]
        if out is not None:
            _folder(out)
            listeners.append(held.enter_context(RasterFiles(out, grid, city.crs, dori)))

        def take_in(window: Window) -> None:
            tell("lines of sight", window.top / grid.rows)
            for listener in listeners:
                listener(window)

        tell("lines of sight", 0.0)
        summary = fleet_summary(fleet, heights, city, dori, seen_for_s=job.seen_for, also=take_in)
    return summary, maker.overview()


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(f"write the coverage to {out}", f"{fault.strerror or fault}; choose another --out") from fault
