"""The section on drones of a run's page: sentences, rows and a plot, from their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from reports.drone_figures import DRONE_KINDS, DroneEvent, drone_figures
from reports.histories import histories
from reports.pictures import FAINT, INK, drawing, svg_uri
from reports.words import percent, plural, seconds, whole

RESERVE: Final = 0.2
"""Share of the charge that classes keep in reserve; a mark in the plot, no rule (assumed in the classes' files)."""
BAR: Final = "#1f5fa8"
REASONS: Final[Mapping[str, str]] = {
    "weather": "weather", "wind": "wind above the class's limit", "red_zone": "place below a red zone",
    "range": "beyond its range", "charge": "too little charge", "height": "roofs too high for what may be flown",
    "way": "no way round red zones", "traffic": "no way clear of other drones", "no_drone": "no drone free",
}  # fmt: skip
WHY: Final[Mapping[str, str]] = {
    "request": "to a call or alarm",
    "relief": "to relieve another",
    "patrol": "on a round",
}


def figures_from(events: pd.DataFrame) -> dict[str, Any]:
    """Return the drones' figures of a log; {} without any."""
    mine = events[events["kind"].isin(DRONE_KINDS)].sort_values(["t_ms", "seq"], kind="stable")
    if not len(mine):
        return {}
    rows = [
        DroneEvent(
            str(row.kind), int(row.t_ms), float(row.value) if pd.notna(row.value) else float("nan"),
            int(row.incident_id) if pd.notna(row.incident_id) else -1, str(row.team_id or ""), row.about,
        )
        for row in mine.itertuples(index=False)
    ]  # fmt: skip
    table = histories(events).set_index("incident_id")
    times = ({int(i): int(t) for i, t in table[name].dropna().items()} for name in ("noticed_ms", "arrived_ms"))
    return drone_figures(rows, *times)


def drone_section(figures: Mapping[str, Any], homes: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the page shows of drones, None where the run has none.

    Args:
        figures: of :func:`figures_from`.
        homes: ``drones.json`` of the run: whose homes they flew over.
    """
    if not figures:
        return None
    return {
        "sentences": [line for line in (_seen(figures), _spared(figures), _watch(figures)) if line],
        "rows": _rows(figures),
        "refused": _told(figures["refused"], REASONS),
        "violations": _violations(figures),
        "broken": bool(figures["violations"]),
        "homes": _homes(homes),
        "plot": charge_plot(figures["charges_left"]),
    }


def _seen(figures: Mapping[str, Any]) -> str:
    first, lead, after = figures["first_seen"], figures["lead_s"], figures["seen_after_s"]
    if not first:
        return "No incident was seen by a drone before a team stood there."
    told = f"{plural(first, 'incident')} {'was' if first == 1 else 'were'} seen by a drone before any team stood there"
    if after["n"]:
        told += f", half of them within {seconds(after['median'])} of the first notice"
    if lead["n"]:
        told += (
            f"; {seconds(lead['median'])} before the first team in the middle case, {seconds(lead['mean'])} on average"
        )
    unreached = first - lead["n"]
    return f"{told}." + (f" {whole(unreached)} of them no team reached by the end." if unreached else "")


def _spared(figures: Mapping[str, Any]) -> str:
    spared, recalled, wrong = figures["spared"], figures["recalled"], figures["mistakes"]
    if not spared and not recalled:
        return "No patrol was spared."
    told = f"{plural(spared, 'unit')} needed no team on scene because a drone found nothing there"
    told += f", {plural(recalled, 'team')} turned back under way"
    return f"{told}. " + (
        f"{plural(wrong, 'time')} something real was taken for nothing."
        if wrong
        else "Nothing real was taken for nothing."
    )


def _watch(figures: Mapping[str, Any]) -> str:
    if not figures["handed_over"]:
        return ""
    gaps = figures["watch_gaps"]
    told = f"An overwatch went from one drone to the next {plural(figures['handed_over'], 'time')}"
    return f"{told}, {whole(gaps) if gaps else 'never'} with nobody there in between."


def _rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    why, charge, station = figures["why"], figures["charge_left"], figures["on_station_s"]
    sorties = ", ".join(f"{whole(n)} {WHY.get(name, name)}" for name, n in why.items())
    rows = [("Sorties", whole(figures["sorties"]), sorties)]
    if station["n"]:
        rows.append(("Launch to being there", seconds(station["median"]), f"9 in 10 within {seconds(station['p90'])}"))
    rows.append(("Refused before take-off", whole(sum(figures["refused"].values())), _words(figures["refused"])))
    if charge["n"]:
        spread = f"a tenth with {percent(charge['p10'])} or less, the least {percent(charge['least'])}"
        rows.append(("Charge left at landing, middle", percent(charge["median"]), spread))
    flown = f"{figures['flight_h']:.1f} h"
    rows.append(("In the air", flown, f"{figures['flown_km']:.0f} km by {plural(figures['drones'], 'drone')}"))
    if figures["failed"] or figures["down"]:
        failed = ", ".join(f"{name} {whole(n)}" for name, n in figures["failed"].items())
        down = f"{whole(figures['down'])} came down by the emergency rule"
        rows.append(
            ("Injected faults", whole(sum(figures["failed"].values())), f"{failed}; {down}" if failed else down)
        )
    return rows


def _violations(figures: Mapping[str, Any]) -> str:
    explained = sum(figures["explained"].values())
    behind = f" {plural(explained, 'event')} had an injected fault behind it: {_plain(figures['explained'])}."
    if not figures["violations"]:
        told = "None: no two drones too near, none in a red zone, none out of charge in the air."
        return told + (behind if explained else "")
    return f"{_plain(figures['violations'])}, without any injected fault: a fault of the simulation." + (
        behind if explained else ""
    )


def _homes(homes: Mapping[str, Any]) -> str:
    if not homes.get("dwellings"):
        return ""
    share = homes["overflown"] / homes["dwellings"]
    told = f"{whole(homes['overflown'])} of {whole(homes['dwellings'])} dwellings ({percent(share)}) were flown over"
    return f"{told}, each of them {homes['passes_each']:.1f} times on average."


def _told(counts: Mapping[str, int], words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(words.get(name, name), whole(n)) for name, n in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n}" for reason, n in _told(counts, REASONS)) or "none"


def _plain(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {whole(n)}" for name, n in counts.items())


def charge_plot(charges: Sequence[float]) -> str | None:
    """Return how much charge was left at each landing as an SVG data URI; None where none landed."""
    if not charges:
        return None
    with drawing(5.6, 2.7) as figure:
        axes = figure.add_subplot()
        counts, edges = np.histogram(charges, bins=np.arange(0.0, 1.0001, 0.05))
        axes.bar(100 * edges[:-1] + 2.5, counts, width=4.4, color=BAR)
        axes.axvline(100 * RESERVE, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        axes.annotate("reserve", (100 * RESERVE, 1.02), xycoords=("data", "axes fraction"), ha="center", fontsize=9)
        axes.set(xlim=(0, 100), xlabel="charge left at landing, %", ylabel="landings")
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y", color=FAINT, alpha=0.3, linewidth=0.8)
        axes.set_axisbelow(True)
        return svg_uri(figure)
