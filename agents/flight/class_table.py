"""The classes in brief: what a planner compares them by."""

from __future__ import annotations

from typing import Any

from agents.flight.closed_forms import hover_power_w
from agents.flight.craft import craft_of
from agents.flight.drone_class import SEA_LEVEL_KG_M3, class_names, drone_class


def class_rows() -> list[dict[str, Any]]:
    """Return a row for each class that ships; hovering at sea level on a full battery."""
    rows = []
    for name in class_names():
        drone = drone_class(name)
        power_w = hover_power_w(craft_of(drone, 0.0, SEA_LEVEL_KG_M3), drone.rotor.figure_of_merit.value)
        rows.append(
            {
                "name": name,
                "mass_kg": drone.frame.mass_kg.value,
                "payload_max_kg": drone.frame.payload_max_kg.value,
                "hover_w": power_w,
                "hover_min": 60 * drone.battery.energy_wh.value / power_w,
                "speed_ms": drone.limits.speed_ms.value,
                "wind_ms": drone.limits.wind_ms.value,
            }
        )
    return rows
