"""The city as a picture: streets and houses lightly, cameras, posts, spotlights and the run's incidents; coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from reports.label_places import label_offsets
from reports.pictures import INK, SERVICE_LOOK, drawing, png_uri
from reports.words import service_word
from twin.runfolder import RunFolder

MAIN_STREETS: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
CLASS_COLOURS: Final = ("#ffffff00", "#cfe3f2", "#8fbfe0", "#3f86c4", "#123f7a")
CLASS_NAMES: Final = ("none", "detect", "observe", "recognise", "identify")
WIDE_PX: Final = 1600
SIGNS: Final = {"ambulance": "●", "fire": "▲", "police": "■", "security": "◆"}
GROUND: Final = "#fbfaf7"
AREA_COLOURS: Final = {"park": "#dfe9d2", "field": "#eef0e0", "airport": "#e9e6ee", "water": "#bcd8ea"}
NAME_PT: Final = 13.0
WIDE_CITY_M: Final = 12_000.0
WIDE_CITY_MARKS: Final = 0.5  # marks of a city wider than that, against those of a district
ALONE, CAMERA, SPOTLIGHT = "#c00000", "#4a5563", "#f2b705"
Layers = dict[str, Any]


def read_layers(run: RunFolder) -> tuple[Layers, list[str]]:
    """Return the map's layers that are there, and a sentence for each that is broken."""
    import geopandas as gpd

    layers: Layers = {}
    faults: list[str] = []
    for name in ("streets", "buildings", "areas", "districts", "cameras", "posts"):
        path = run.maps / f"{name}.parquet"
        try:
            if path.is_file():
                layers[name] = gpd.read_parquet(path)
        except (OSError, ValueError) as fault:
            faults.append(f"maps/{path.name} cannot be read ({type(fault).__name__}).")
    return layers, faults


def city_map(layers: Layers, table: pd.DataFrame) -> str | None:
    """Return the map as a PNG data URI, 1600 px wide; None where the run has no streets.

    Args:
        layers: from :func:`read_layers`.
        table: ``histories`` of the run's events.
    """
    if "streets" not in layers or not len(layers["streets"]):
        return None
    west, south, east, north = layers["streets"].total_bounds
    wide_in = WIDE_PX / 100.0
    tall_in = float(np.clip((north - south) / (east - west), 0.4, 0.8)) * wide_in
    with drawing(wide_in, tall_in) as figure:
        axes = whole_figure(figure)
        draw_ground(axes, layers)
        _cameras(axes, layers)
        shrink = 1.0 if east - west < WIDE_CITY_M else WIDE_CITY_MARKS
        _posts(axes, layers, shrink)
        _incidents(axes, table, shrink)
        draw_frame(axes, (west, south, east, north))
        _spotlight_names(axes, layers)
        return png_uri(figure)


def coverage_map(run: RunFolder, layers: Layers) -> str | None:
    """Return the best pixel density class over the city as a PNG data URI; None where the run has none."""
    path = run.maps / "coverage.npz"
    found = _read_coverage(path)
    if found is None:
        return None
    best, cell_m, west_m, north_m = found
    tall_m, wide_m = best.shape[0] * cell_m, best.shape[1] * cell_m
    with drawing(9.0, 9.0 * float(np.clip(tall_m / wide_m, 0.45, 1.1))) as figure:
        from matplotlib.colors import ListedColormap

        axes = whole_figure(figure)
        draw_ground(axes, layers)
        extent = (west_m, west_m + wide_m, north_m - tall_m, north_m)
        axes.imshow(best, cmap=ListedColormap(CLASS_COLOURS), vmin=0, vmax=4, extent=extent, interpolation="nearest",
                    zorder=3)  # fmt: skip
        draw_frame(axes, (extent[0], extent[2], extent[1], extent[3]))
        return png_uri(figure, colours=64)


def map_key(layers: Layers, table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the map's key as (sign, colour, words), for what is on it."""
    cameras, posts = layers.get("cameras"), layers.get("posts")
    key = []
    for service, (colour, _) in SERVICE_LOOK.items():
        count, mine = (
            int((table["service"] == service).sum()),
            posts is not None and (posts["service"] == service).any(),
        )
        key += [(SIGNS[service], colour, f"{service_word(service)} incident ({count})")] if count else []
        key += [("✚", colour, f"{service_word(service)} post")] if mine else []
    alone = int(table["arrived_ms"].isna().sum())
    key += [("◯", ALONE, f"not helped by the end ({alone})")] if alone else []
    if cameras is not None and len(cameras):
        key.append(("•", CAMERA, f"camera ({len(cameras):,})"))
        key += [("★", SPOTLIGHT, "spotlight camera and its field of view")] if cameras["spotlight"].any() else []
    return key


def coverage_key() -> list[tuple[str, str, str]]:
    """Return the coverage map's key as (sign, colour, words)."""
    return [("■", CLASS_COLOURS[row], CLASS_NAMES[row]) for row in range(1, 5)]


def whole_figure(figure: Any) -> Any:
    """Return axes that fill a figure to its edges."""
    figure.set_layout_engine("none")
    figure.set_facecolor(GROUND)
    return figure.add_axes((0.0, 0.0, 1.0, 1.0))


def _read_coverage(path: Path) -> tuple[NDArray[np.uint8], float, float, float] | None:
    try:
        with np.load(path) as held:
            best = np.asarray(held["best_class"])
            place = [float(held[name]) for name in ("cell_m", "west_m", "north_m")]
    except (OSError, ValueError, KeyError):
        return None
    return (best, place[0], place[1], place[2]) if best.ndim == 2 and best.size else None


def draw_ground(axes: Any, layers: Layers) -> None:
    """Draw areas, houses and streets lightly, for something else to lie on."""
    from matplotlib.collections import LineCollection, PolyCollection

    axes.set_facecolor(GROUND)
    if "areas" in layers:
        for kind, colour in AREA_COLOURS.items():
            shapes = layers["areas"].geometry.to_numpy()[(layers["areas"]["kind"] == kind).to_numpy()]
            axes.add_collection(PolyCollection(_rings(shapes), facecolors=colour, linewidths=0, zorder=0.5))
    if "buildings" in layers:
        houses = layers["buildings"].geometry.to_numpy()
        axes.add_collection(PolyCollection(_rings(houses), facecolors="#e2ddd2", linewidths=0, zorder=0.8))
    if "streets" not in layers:
        return
    streets = layers["streets"]
    main = streets["street_class"].isin(MAIN_STREETS).to_numpy()
    west, _, east, _ = streets.total_bounds
    thin = 1.0 if east - west < WIDE_CITY_M else 0.35
    for chosen, colour, width in ((~main, "#d3cec3", 0.7 * thin), (main, "#aaa395", 1.9 * thin**0.5)):
        lines = line_corners(shapely.get_parts(streets.geometry.to_numpy()[chosen]))
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, zorder=1))


def _rings(shapes: NDArray[Any]) -> list[NDArray[np.float64]]:
    """Return the outer ring (k, 2) of each polygon, and of each part of a multipolygon, in metres."""
    parts = shapely.get_parts(shapes)
    return line_corners(shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]))


def line_corners(lines: NDArray[Any]) -> list[NDArray[np.float64]]:
    """Return the corners (k, 2) of each line, in metres."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    return np.split(points, np.flatnonzero(np.diff(owner)) + 1) if len(points) else []


def _cameras(axes: Any, layers: Layers) -> None:
    from matplotlib.patches import Wedge

    cameras = layers.get("cameras")
    if cameras is None or not len(cameras):
        return
    x_m, y_m, bright = cameras.geometry.x, cameras.geometry.y, cameras["spotlight"].astype(bool)
    axes.scatter(x_m, y_m, s=5, c=CAMERA, linewidths=0, zorder=4)
    for row in cameras[bright].itertuples():
        at, middle, half = (row.geometry.x, row.geometry.y), 90.0 - row.bearing_deg, row.hfov_deg / 2
        axes.add_patch(Wedge(at, row.range_m, middle - half, middle + half, color=SPOTLIGHT, alpha=0.75, zorder=5))
    axes.scatter(x_m[bright], y_m[bright], s=300, marker="*", c=SPOTLIGHT, edgecolors=INK, linewidths=1.2, zorder=8)


def _spotlight_names(axes: Any, layers: Layers) -> None:
    """Write the names of the spotlight cameras, clear of one another; the map's frame must stand already."""
    cameras = layers.get("cameras")
    if cameras is None or not len(cameras) or not cameras["spotlight"].any():
        return
    bright = cameras[cameras["spotlight"].astype(bool)]
    points = np.column_stack([bright.geometry.x, bright.geometry.y])
    names = [str(name) for name in bright["id"]]
    per_point = 72.0 / axes.figure.dpi
    offsets = label_offsets(
        axes.transData.transform(points) * per_point, [(0.62 * NAME_PT * len(name), 1.25 * NAME_PT) for name in names]
    )
    for name, at, offset in zip(names, points.tolist(), offsets, strict=True):
        axes.annotate(name, at, xytext=offset, textcoords="offset points", fontsize=NAME_PT, weight="bold", zorder=9,
                      path_effects=halo(), arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.8,
                                                       "shrinkA": 0, "shrinkB": 8})  # fmt: skip


def _posts(axes: Any, layers: Layers, shrink: float) -> None:
    posts = layers.get("posts")
    if posts is None:
        return
    for service, (colour, _) in SERVICE_LOOK.items():
        at = posts[posts["service"] == service].geometry
        axes.scatter(at.x, at.y, s=130 * shrink, marker="P", c=colour, edgecolors="white", linewidths=shrink, zorder=6)


def _incidents(axes: Any, table: pd.DataFrame, shrink: float) -> None:
    placed = table[table["x_m"].notna() & table["y_m"].notna()]
    for service, (colour, marker) in SERVICE_LOOK.items():
        mine = placed[placed["service"] == service]
        size = shrink * (96 if marker == "^" else 64)  # a triangle fills less of its box
        axes.scatter(
            mine["x_m"],
            mine["y_m"],
            s=size,
            marker=marker,
            c=colour,
            edgecolors="white",
            linewidths=1.5 * shrink,
            zorder=7,
        )
    alone = placed[placed["arrived_ms"].isna()]
    axes.scatter(alone["x_m"], alone["y_m"], s=240 * shrink, marker="o", facecolors="none", edgecolors=ALONE,
                 linewidths=1.8 * shrink, zorder=7)  # fmt: skip


def halo() -> list[Any]:
    """Return the effect that keeps words readable on a map."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground="white")]


def draw_frame(axes: Any, box: tuple[float, float, float, float]) -> None:
    """Cut the map to a box west, south, east, north, and draw its scale."""
    west, south, east, north = box
    edge_m = 0.02 * max(east - west, north - south)
    axes.set(xlim=(west - edge_m, east + edge_m), ylim=(south - edge_m, north + edge_m), xticks=[], yticks=[])
    axes.set_aspect("equal")
    for side in axes.spines.values():
        side.set_visible(False)
    bar_m = _round_length(0.2 * (east - west))
    axes.plot([west, west + bar_m], [south, south], color=INK, linewidth=3, solid_capstyle="butt", zorder=9)
    label = f"{bar_m / 1000:g} km" if bar_m >= 1000 else f"{bar_m:g} m"
    axes.annotate(f"{label}   ↑ north", (west, south), xytext=(0, 7), textcoords="offset points", fontsize=15,
                  zorder=9, path_effects=halo())  # fmt: skip


def _round_length(wanted_m: float) -> float:
    power = 10.0 ** np.floor(np.log10(wanted_m))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= wanted_m) * power)
