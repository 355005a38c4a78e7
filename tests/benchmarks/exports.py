"""Heights, and a city on its way out and back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import shapely

from tests.benchmarks.timing import Row, in_turn, seconds
from twin.city import City
from twin.city.diff import diff_cities
from twin.city.forms import export_city, read_city
from twin.city.forms.part import district_of
from twin.city.forms.sumo import sumo_program
from twin.city.heights import heights_of
from twin.city.heights.raster import Frame
from twin.city.heights.standing import Standing
from twin.city.model import LAYERS
from twin.city.standing import trees_in
from twin.city.standing.beside import spots_beside
from twin.city.standing.clear import CORNER_M
from twin.city.standing.trees import CLEAR_M, OFFSET_M, START_M, STEP_M


def export_rows(city: City) -> Iterator[Row]:
    """Yield heights, GeoPackage and back, GeoJSON, SUMO, OpenDRIVE and diff, each beside a bare way of doing it."""
    yield heights(city)
    yield Row("walls, crowns and decks beside them", seconds(lambda: Standing.of(city, Frame.of(city, 1.0), None), 3),
              None, "", "s")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        yield from layers(city, Path(folder))
        part = district_of(city, str(city.districts["name"].iloc[0]))
        yield trees(part)
        yield sumo(part, Path(folder))
        yield opendrive(Path(folder))
    yield Row("diff of the city with itself", seconds(lambda: diff_cities(city, city), 3), None, "", "s")


def heights(city: City) -> Row:
    """The raster of all buildings at 1 m, made into its files, against OpenCV's fillPoly and numpy.save."""
    import cv2

    assert city.folder is not None
    kept = city.folder / "heights"
    raster = heights_of(city, bare=True)
    origin = np.array([raster.west_m, raster.north_m])
    order = np.argsort(city.buildings["height_m"].to_numpy(), kind="stable")
    shapes = city.buildings.geometry.to_numpy()[order]
    tops = np.rint(city.buildings["height_m"].to_numpy()[order] * 10).tolist()

    def ours() -> None:
        shutil.rmtree(kept, ignore_errors=True)
        heights_of(city, bare=True)

    def peer() -> None:
        cells = np.zeros(raster.height_dm.shape, dtype=np.uint16)
        for shape, top in zip(shapes, tops, strict=True):
            rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shape)]
            corners = [np.floor((ring - origin) * (1, -1)).astype(np.int32) for ring in rings]
            cv2.fillPoly(cells, corners, int(top))
        np.save(city.folder / "peer.npy", cells)
        (city.folder / "peer.npy").unlink()

    return Row(
        "heights of the city's buildings at 1 m", *in_turn(ours, peer, runs=3), "OpenCV fillPoly and numpy.save", "s"
    )


def trees(city: City) -> Row:
    """The places of a district's trees, against shapely asked which spots are clear of joined asphalt and houses."""

    def peer() -> None:
        streets = city.streets[city.streets["drive"]]
        half = streets["width_m"].to_numpy() / 2.0
        road = shapely.union_all(shapely.buffer(streets.geometry.to_numpy(), half))
        road = road.buffer(CORNER_M).buffer(-CORNER_M)
        spots = spots_beside(streets, STEP_M, np.full(len(streets), START_M), half + OFFSET_M)
        points = shapely.points(spots.xy_m)
        taken = shapely.STRtree([*shapely.get_parts(road), *city.buildings.geometry])
        taken.query(points, predicate="dwithin", distance=CLEAR_M)

    return Row("trees of a district", *in_turn(lambda: trees_in(city), peer, runs=1), "shapely STRtree", "s")


def layers(city: City, folder: Path) -> Iterator[Row]:
    """All layers as GeoPackage and GeoJSON, against geopandas writing the same tables."""

    def bare(form: str, driver: str) -> Callable[[], None]:
        def write() -> None:
            for layer in LAYERS:
                table = getattr(city, layer)
                table = table if driver == "GPKG" else table.to_crs(4326)
                target = folder / f"bare.{form}" if driver == "GPKG" else folder / f"bare-{layer}.{form}"
                table.to_file(target, layer=layer, driver=driver)
            _clear(folder)

        return write

    def ours(form: str) -> Callable[[], None]:
        def write() -> None:
            export_city(city, form, folder / "ours.gpkg")
            _clear(folder)

        return write

    for form, driver, suffix in (("geopackage", "GPKG", "gpkg"), ("geojson", "GeoJSON", "geojson")):
        a, b = in_turn(ours(form), bare(suffix, driver), runs=3)
        yield Row(f"the city as {form}", a, b, "geopandas to_file", "s")
    export_city(city, "geopackage", folder / "ours.gpkg")
    yield Row("the city back from a GeoPackage", seconds(lambda: read_city(folder / "ours.gpkg"), 3), None, "", "s")
    _clear(folder)


def sumo(city: City, folder: Path) -> Row:
    """A district for SUMO, made and checked, against netconvert alone on the same streets as OpenStreetMap."""
    export_city(city, "osm", folder / "streets.osm")
    command = [sumo_program("netconvert", "the benchmark"), "--osm-files", str(folder / "streets.osm")]
    command += ["--output-file", str(folder / "peer.net.xml"), "--aggregate-warnings", "1"]

    def ours() -> None:
        shutil.rmtree(folder / "sumo", ignore_errors=True)
        export_city(city, "sumo", folder / "sumo")

    a, b = in_turn(ours, lambda: subprocess.run(command, capture_output=True, check=True), runs=2)
    _clear(folder)
    return Row("a district for SUMO, checked", a, b, "netconvert on its OSM file", "s")


def opendrive(folder: Path) -> Row:
    """400 junctions as OpenDRIVE, made, pruned and checked, against CARLA's converter alone on the same streets."""
    from tests.towns import grid_town
    from twin.city.forms.network import Network
    from twin.city.forms.opendrive import converter_text

    town = grid_town(20, 20)
    (folder / "grid.osm").write_text(converter_text(town, Network.of(town)), encoding="utf-8")
    script = "import carla, sys; carla.Map('city', carla.Osm2Odr.convert(open(sys.argv[1]).read()))"
    command = [sys.executable, "-c", script, str(folder / "grid.osm")]

    def ours() -> None:
        (folder / "grid.xodr").unlink(missing_ok=True)
        export_city(town, "opendrive", folder / "grid.xodr")

    a, b = in_turn(ours, lambda: subprocess.run(command, capture_output=True, check=True), runs=3)
    _clear(folder)
    return Row("400 junctions as OpenDRIVE, checked", a, b, "Osm2Odr and carla.Map alone", "s")


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
