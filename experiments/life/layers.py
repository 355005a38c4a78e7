"""The layers a run's report is drawn from: written into the run folder, since reports read nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from agents.teams import TeamSpec
from sensors.cameras import CameraFleet
from sensors.coverage import CoverageMap, best_of_blocks, coverage_bands
from sensors.coverage_summary import coverage_summary
from twin.city import City
from twin.city.heights import HeightRaster
from twin.runfolder import RunFolder, write_whole

DRAWN_BUILDINGS: Final = 60_000
"""Of a city with more buildings than that a page shows none: each would be smaller than a point."""
MAP_PX: Final = 1000
BAND_ROWS: Final = 1024


def write_city_layers(run: RunFolder, city: City) -> None:
    """Write streets, buildings, open ground and water, and districts as GeoParquet in the city's metres."""
    streets = city.streets.loc[city.streets["drive"], ["street_class", "geometry"]]
    layers = {"streets": streets, "areas": city.areas[["kind", "geometry"]], "districts": city.districts}
    if len(city.buildings) <= DRAWN_BUILDINGS:
        layers["buildings"] = city.buildings[["geometry"]]
    for name, layer in layers.items():
        _write(run, name, layer)


def write_cameras(run: RunFolder, fleet: CameraFleet, spotlights: Collection[str], crs: str) -> None:
    """Write cameras as points, with where they look."""
    columns = {
        "id": fleet.id.astype(str),
        "kind": fleet.kind.astype(str),
        "bearing_deg": fleet.bearing_deg,
        "hfov_deg": fleet.hfov_deg,
        "range_m": fleet.range_m,
        "spotlight": np.isin(fleet.id, sorted(spotlights)),
    }
    _write(run, "cameras", gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(fleet.x_m, fleet.y_m), crs=crs))


def write_posts(run: RunFolder, city: City, teams: Sequence[TeamSpec]) -> None:
    """Write where each team waits."""
    columns = {"team_id": [team.id for team in teams], "service": [str(team.service) for team in teams]}
    at = city.nodes.geometry.iloc[[team.post_node for team in teams]].to_numpy()
    _write(run, "posts", gpd.GeoDataFrame(columns, geometry=at, crs=city.crs))


def write_coverage(run: RunFolder, city: City, fleet: CameraFleet, heights: HeightRaster) -> None:
    """Write the figures of what cameras cover, and a map: the best class of each block of cells, MAP_PX along a side.

    The raster of a city is gone through in bands of whole blocks.
    """
    step = max(1, -(-max(heights.height_dm.shape) // MAP_PX))
    blocks: list[NDArray[np.uint8]] = []

    def bands() -> Iterator[CoverageMap]:
        for band in coverage_bands(fleet, heights, step * -(-BAND_ROWS // step)):
            blocks.append(best_of_blocks(band.best_class, step))
            yield band

    run.write_json(run.coverage, coverage_summary(bands(), city, len(fleet)))
    place = {"cell_m": heights.cell_m * step, "west_m": heights.west_m, "north_m": heights.north_m}
    best = np.concatenate(blocks)

    def write(path: object) -> None:
        with open(str(path), "wb") as file:
            np.savez_compressed(file, best_class=best, **{k: np.float64(v) for k, v in place.items()})

    write_whole(run.maps / "coverage.npz", write)


def _write(run: RunFolder, name: str, layer: gpd.GeoDataFrame) -> None:
    write_whole(run.maps / f"{name}.parquet", layer.reset_index(drop=True).to_parquet)
