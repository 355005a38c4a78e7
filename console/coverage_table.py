"""The figures of `twin coverage` as lines for the terminal."""

from __future__ import annotations

from typing import Any

from reports.coverage_page import changes, fails_first


def table(figures: dict[str, Any]) -> list[str]:
    """Return the figures as lines; homes in view stand beside the ground."""
    lines = [
        f"{figures['cameras']} cameras, {figures['open_km2']:.2f} km2 of open ground ({figures['edition']})",
        "",
        *_classes(figures),
        "",
        *_seen_by(figures),
        *_sightings(figures),
        *_capture(figures),
        "",
        *_streets(figures),
        "",
        *_places(figures),
        "",
        "what fails first:",
        *(f"  {line}" for line in fails_first(figures)),
    ]
    if "before" in figures:
        lines += ["", f"{'':<52}{'before':>10}{'after':>10}  change"]
        lines += [f"{row['name']:<52}{row['before']:>10}{row['after']:>10}  {row['change']}"
                  for row in changes(figures["before"], figures)]  # fmt: skip
    if "masks" in figures:
        freed, lost = (sum(row[name] for row in figures["masks"]) for name in ("dwellings_freed", "ground_lost_m2"))
        lines += ["", f"masks proposed for {len(figures['masks'])} cameras: camera by camera {freed:,.0f} dwellings "
                  f"out of view, {lost:,.0f} m2 of ground lost"]  # fmt: skip
    return lines


def _classes(figures: dict[str, Any]) -> list[str]:
    privacy = figures["privacy"]
    lines = [
        f"{'class':<13}{'px/m':>6}{'km2':>9}{'day':>8}{'night':>8}{'expected':>10}{'dwellings in view':>19}"
        f"{'of all':>8}{'min a day':>11}"
    ]
    for row in figures["classes"]:
        exposed = privacy["in_view"][row["name"]]
        share = exposed / privacy["dwellings"] if privacy["dwellings"] else 0.0
        lines.append(
            f"{row['name']:<13}{row['px_per_m']:>6g}{row['km2']:>9.3f}{row['share_open']:>8.1%}{row['share_night']:>8.1%}"
            f"{row['share_watched']:>10.1%}{exposed:>19,}{share:>8.1%}{privacy['minutes_a_day'][row['name']]:>11.0f}"
        )
    return lines


def _seen_by(figures: dict[str, Any]) -> list[str]:
    shares = ", ".join(f"{count}: {share:.1%}" for count, share in figures["seen_by"].items())
    return [f"open ground by how many cameras see it: {shares}"]


def _sightings(figures: dict[str, Any]) -> list[str]:
    told = ", ".join(
        f"{what.replace('_', ' ')} {chance['day']:.1%} ({chance['night']:.1%} at night)"
        for what, chance in figures["sighting"].items()
    )
    return [f"noticed somewhere on it, in view for {figures['seen_for_s']:g} s: {told}"]


def _capture(figures: dict[str, Any]) -> list[str]:
    plate, face = figures["capture"]["plate"], figures["capture"]["face"]
    return [
        f"able to read plates: {plate['able']} of {plate['cameras']} plate cameras, on {plate['street_km']:.2f} km of "
        f"street; to capture faces: {face['able']} of {face['cameras']} face cameras"
    ]


def _streets(figures: dict[str, Any]) -> list[str]:
    names = [row["name"] for row in figures["classes"]]
    lines = [f"{'street class':<16}{'km':>9}" + "".join(f"{name:>13}" for name in names)]
    for street in figures["streets"]:
        shares = "".join(f"{street['share'][name]:>13.1%}" for name in names)
        lines.append(f"{street['street_class']:<16}{street['km']:>9.1f}{shares}")
    return lines


def _places(figures: dict[str, Any]) -> list[str]:
    names = [row["name"] for row in figures["classes"]]
    lines = [f"{'ground of':<16}{'number':>9}" + "".join(f"{name:>13}" for name in names) + f"{'unseen':>9}"]
    for place in figures["places"]:
        shares = "".join(f"{place['share'][name]:>13.1%}" for name in names)
        lines.append(f"{place['kind'].replace('_', ' '):<16}{place['places']:>9,}{shares}{place['unseen']:>9,}")
    return lines
