"""What is written on the map: names of districts and streets, signs of places, scale, north, legend, credit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from twin.city.model import City
from twin.city.picture.palette import (
    AREAS,
    BORDER,
    FLATS,
    GROUP_OF_USE,
    HOUSE,
    HOUSES,
    INK,
    METRO,
    SIGNS,
    SIGNS_OF_WHOLE,
    STOREYS,
    STREETS,
    USES,
)
from twin.city.picture.sheet import Sheet

NAMED: Final = ("trunk", "primary", "secondary", "tertiary")
LABELS: Final = {False: 26, True: 18}
APART: Final = 0.075
SCALES_M: Final = (50, 100, 200, 500, 1000, 2000, 5000, 10000)


def districts(sheet: Sheet, city: City) -> None:
    """Write the districts' names where each has most room."""
    if sheet.view.close or len(city.districts) > 60:
        return
    for name, shape in zip(city.districts["name"], city.districts.geometry, strict=True):
        middle = shapely.maximum_inscribed_circle(shape, 100.0).coords[0] if shape.area > 1e6 else None
        if middle is not None:
            words = str(name).removesuffix(" tumani").upper()
            sheet.text(middle[0], middle[1], words, 10.0, color=BORDER, weight="bold", alpha=0.9, zorder=58)


def street_names(sheet: Sheet, city: City) -> None:
    """Write the names of main streets along them, the longest pieces first, none too near another."""
    view = sheet.view
    wanted = NAMED if view.close else NAMED[:2]
    rows = city.streets[(city.streets["name"] != "").to_numpy() & city.streets["street_class"].isin(wanted).to_numpy()]
    rows = rows[view.holds(rows.geometry.to_numpy())]
    if view.close and len(rows) < 6:
        rows = city.streets[(city.streets["name"] != "").to_numpy()]
        rows = rows[view.holds(rows.geometry.to_numpy())]
    box = shapely.box(view.west, view.south, view.east, view.north)
    taken: list[tuple[float, float]] = []
    seen: dict[str, int] = {}
    for row in np.argsort(-shapely.length(shapely.intersection(rows.geometry.to_numpy(), box)), kind="stable"):
        name, line = str(rows["name"].iloc[row]), rows.geometry.iloc[row]
        at = line.interpolate(0.5, normalized=True)
        near = APART * view.wide_m
        free = all(abs(at.x - x) > 1.6 * near or abs(at.y - y) > 0.6 * near for x, y in taken)
        edge = 0.06 * view.wide_m
        inside = view.west + edge < at.x < view.east - edge and view.south + edge / 3 < at.y < view.north - edge / 3
        if len(taken) < LABELS[view.close] and seen.get(name, 0) < 1 and free and inside:
            taken.append((at.x, at.y))
            seen[name] = seen.get(name, 0) + 1
            sheet.text(at.x, at.y, name, 7.0 if view.close else 6.0, rotation=_slant(line), zorder=57, style="italic")


def places(sheet: Sheet, city: City) -> list[str]:
    """Draw the signs of places and return their kinds, for the legend."""
    kinds = tuple(SIGNS) if sheet.view.close else SIGNS_OF_WHOLE
    xy = shapely.get_coordinates(city.places.geometry.to_numpy()).reshape(-1, 2)
    kind = city.places["kind"].to_numpy().astype(str)
    view = sheet.view
    inside = (xy[:, 0] > view.west) & (xy[:, 0] < view.east) & (xy[:, 1] > view.south) & (xy[:, 1] < view.north)
    drawn = []
    for name in kinds:
        at = xy[inside & (kind == name)]
        if not len(at):
            continue
        drawn.append(name)
        letter, colour, _ = SIGNS[name]
        size = 58 if view.close else 22 if name == "metro" else 16
        sheet.axes.scatter(*at.T, s=size, c=colour, edgecolors="white", linewidths=0.6, zorder=50)
        if view.close:
            style = {"fontsize": 5.4, "color": "white", "weight": "bold", "zorder": 51, "clip_on": True}
            for x, y in at:
                sheet.axes.text(x, y, letter, ha="center", va="center_baseline", **style)
    return drawn


def scale_and_north(sheet: Sheet) -> None:
    """Draw a scale bar at the lower left and an arrow to the north at the upper right."""
    from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

    view, axes = sheet.view, sheet.axes
    long_m = max(scale for scale in SCALES_M if scale <= 0.22 * view.wide_m or scale == SCALES_M[0])
    unit = 0.01 * view.wide_m
    x, y = view.west + 2.2 * unit, view.south + 2.6 * unit
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.6 * unit, y - 0.9 * unit), long_m + 1.2 * unit, 3.3 * unit, boxstyle=f"round,pad={0.3 * unit}",
            fc="white", ec="none", alpha=0.8, zorder=70,
        )
    )  # fmt: skip
    for part, colour in enumerate((INK, "white")):
        axes.add_patch(
            Rectangle((x + part * long_m / 2, y), long_m / 2, 0.55 * unit, fc=colour, ec=INK, lw=0.6, zorder=71)
        )
    words = f"{long_m / 1000:g} km" if long_m >= 1000 else f"{long_m} m"
    axes.text(x + long_m / 2, y + 1.6 * unit, words, ha="center", va="center", fontsize=7.5, color=INK, zorder=72)
    x, y = view.east - 3.0 * unit, view.north - 2.2 * unit
    arrow = [(x, y), (x - 1.0 * unit, y - 3.4 * unit), (x, y - 2.6 * unit), (x + 1.0 * unit, y - 3.4 * unit)]
    axes.add_patch(Polygon(arrow, closed=True, fc=INK, ec="white", lw=0.8, zorder=71))
    sheet.text(x, y - 4.6 * unit, "N", 8.0, weight="bold", zorder=72)


def legend(sheet: Sheet, city: City, kinds: list[str]) -> None:
    """Put the legend below the map."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Any] = [Patch(fc=colour, ec="#b9b2a4", lw=0.4, label=words) for colour, words in _fills(city)]
    classes = set(city.streets["street_class"])
    for name in NAMED:
        if name in classes:
            fill, casing, *_ = STREETS[name]
            marks.append(Patch(fc=fill, ec=casing, lw=0.8, label=f"{name} street"))
    if "metro" in kinds and not sheet.view.close:
        marks.append(Line2D([], [], color=METRO, lw=1.6, label="metro line"))
    marks += [
        Line2D([], [], marker="o", ls="", color=SIGNS[kind][1], ms=5, label=f"{SIGNS[kind][0]}  {SIGNS[kind][2]}")
        for kind in kinds
    ]
    sheet.axes.legend(
        handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=6, frameon=False, fontsize=7,
        handlelength=1.4, columnspacing=1.3, labelspacing=0.35,
    )  # fmt: skip


def _fills(city: City) -> list[tuple[str, str]]:
    """Return colour and words of the fills that the city has."""
    use, storeys = city.buildings["use"], city.buildings["storeys"]
    flats = storeys[use.isin(FLATS)]
    ends = [*(least - 1 for least, _ in STOREYS[1:]), None]
    fills = [
        (colour, f"flats, {least}–{end} storeys" if end else f"flats, {least} storeys and more")
        for (least, colour), end in zip(STOREYS, ends, strict=True)
        if ((flats >= least) & (flats <= (end or 10_000))).any()
    ]
    fills += [(HOUSE, "house")] if use.isin(HOUSES).any() else []
    groups = {GROUP_OF_USE.get(name, "public") for name in use.unique() if name not in (*FLATS, *HOUSES)}
    fills += [colour_and_words for group, colour_and_words in USES.items() if group in groups]
    there = set(city.areas["kind"]) if len(city.areas) else set()
    return fills + [(colour, kind) for kind, colour in AREAS.items() if kind in there]


def credit_of(city: City) -> str:
    """Return who is to be credited, and what is real and what synthetic, for the foot of a picture."""
    lines = [str(city.manifest[key]) for key in ("licence",) if city.manifest.get(key)]
    told = [key for key in ("real", "synthetic") if city.manifest.get(key)]
    lines += [f"{key.capitalize()}: {city.manifest[key]}" for key in told]
    return "\n".join(" ".join(line.split()) for line in lines)


def _slant(line: shapely.LineString) -> float:
    low, high = line.interpolate(0.4, normalized=True), line.interpolate(0.6, normalized=True)
    degrees = float(np.degrees(np.arctan2(high.y - low.y, high.x - low.x)))
    return degrees - 180.0 if degrees > 90.0 else degrees + 180.0 if degrees < -90.0 else degrees
