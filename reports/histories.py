"""The log told by incident: when each began, was first noticed, was sent for and was helped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reports.quantiles import Waits

HISTORY_COLUMNS = (
    "incident_id", "service", "category", "visual", "scripted", "x_m", "y_m", "began_ms", "call_ms", "alarm_ms",
    "noticed_ms", "noticed_by", "arrived_ms", "team_id",
)  # fmt: skip
_FACTS = {"service": "", "category": "", "visual": "none", "scripted": False, "x_m": np.nan, "y_m": np.nan}


def histories(events: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each incident, in the order of their ids, HISTORY_COLUMNS.

    Times are nullable integer ms of simulated time. ``noticed_by`` is ``call``, ``camera`` or "" (never noticed);
    at the same millisecond the event that stands first in the log counts. ``arrived_ms`` and ``team_id`` are of the
    first team on scene.
    """
    began = first_of(events, ("incident",)).set_index("incident_id")
    about = began["about"]
    table = pd.DataFrame({name: [facts.get(name, other) for facts in about] for name, other in _FACTS.items()})
    table.index = pd.Index(began.index, name="incident_id")
    notice = first_of(events, ("call", "alarm")).set_index("incident_id")
    arrival = first_of(events, ("arrived",)).set_index("incident_id")
    table["began_ms"] = _times(began, table.index)
    table["call_ms"] = _times(first_of(events, ("call",)).set_index("incident_id"), table.index)
    table["alarm_ms"] = _times(first_of(events, ("alarm",)).set_index("incident_id"), table.index)
    table["noticed_ms"] = _times(notice, table.index)
    table["noticed_by"] = notice["kind"].map({"call": "call", "alarm": "camera"}).reindex(table.index).fillna("")
    table["arrived_ms"] = _times(arrival, table.index)
    table["team_id"] = arrival["team_id"].reindex(table.index).fillna("")
    return table.reset_index()[list(HISTORY_COLUMNS)].sort_values("incident_id", ignore_index=True)


def first_of(events: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the first event of these kinds for each incident, in the order of the log."""
    found = events[events["kind"].isin(kinds) & events["incident_id"].notna()]
    return found.sort_values(["t_ms", "seq"], kind="stable").drop_duplicates("incident_id")


def response_waits(table: pd.DataFrame, end_ms: int) -> Waits:
    """First notice to first team on scene, over the noticed incidents; open ones last to the end of the log."""
    return _waits(table[table["noticed_ms"].notna()], "noticed_ms", end_ms)


def help_waits(table: pd.DataFrame, end_ms: int) -> Waits:
    """Incident to first team on scene, over all incidents, noticed or not."""
    return _waits(table, "began_ms", end_ms)


def counts(table: pd.DataFrame) -> dict[str, Any]:
    """Return how many there were, who noticed them first, and how many still wait."""
    noticed, helped = table["noticed_ms"].notna(), table["arrived_ms"].notna()
    return {
        "incidents": len(table),
        "noticed_first_by_call": int((table["noticed_by"] == "call").sum()),
        "noticed_first_by_camera": int((table["noticed_by"] == "camera").sum()),
        "never_noticed": int((~noticed).sum()),
        "helped": int(helped.sum()),
        "waiting": int((noticed & ~helped).sum()),
    }


def _times(found: pd.DataFrame, index: pd.Index) -> pd.Series:
    return found["t_ms"].reindex(index).astype("Int64")


def _waits(table: pd.DataFrame, start: str, end_ms: int) -> Waits:
    helped = table["arrived_ms"].notna()
    over = (table.loc[helped, "arrived_ms"] - table.loc[helped, start]).astype("float64") / 1000.0
    still = (end_ms - table.loc[~helped, start]).astype("float64") / 1000.0
    return Waits.of(over.to_numpy(), still.to_numpy())
