"""Hand-made scenes on the grid town's first street, for tests of footage."""

import numpy as np

from sensors.cameras import Camera
from tests.towns import SOUTH_M, WEST_M
from twin.scene import Look, Scene
from twin.sky import Sky

STREET_X_M, STREET_Y_M = WEST_M + 100.0, SOUTH_M  # the second street northwards, and its southern end
DAY = Sky(160.0, 45.0, "day", "clear")
NIGHT = Sky(320.0, -20.0, "night", "clear")
SIZES = {
    Look.PERSON: (0.5, 0.5, 1.75), Look.PERSON_LYING: (0.5, 0.5, 1.75), Look.CAR: (4.5, 1.73, 1.48),
    Look.BUS: (11.6, 2.5, 3.27), Look.TRUCK: (7.4, 2.3, 2.9), Look.MOTORCYCLE: (1.98, 0.74, 1.78),
    Look.EMERGENCY: (5.5, 2.0, 2.6), Look.FIRE: (2.0, 2.0, 2.5), Look.SMOKE: (3.0, 3.0, 10.0),
}  # fmt: skip


def street_camera(**changes):
    """A camera 5 m above the street's southern end that looks north, level, 90 degrees wide, 640 x 360."""
    values = {
        "id": "test", "kind": "fixed", "x_m": STREET_X_M, "y_m": STREET_Y_M, "height_m": 5.0, "bearing_deg": 0.0,
        "pitch_deg": 0.0, "hfov_deg": 90.0, "width_px": 640, "height_px": 360, "range_m": 80.0,
    }  # fmt: skip
    return Camera(**(values | changes))


def actors(*rows, t_ms=0):
    """A scene of (look, metres east of the street, metres north of its end, {other columns})."""
    n = len(rows)
    more = [row[3] if len(row) > 3 else {} for row in rows]

    def column(name, usual, kind):
        return np.array([each.get(name, usual) for each in more], kind)

    return Scene(
        t_ms,
        look=np.array([row[0] for row in rows], np.uint8),
        xyz_m=np.array([(STREET_X_M + row[1], STREET_Y_M + row[2], 0.0) for row in rows], float).reshape(n, 3),
        bearing_deg=column("bearing_deg", 0.0, float),
        roll_deg=column("roll_deg", 0.0, float),
        size_m=np.array(
            [each.get("size_m", SIZES[Look(row[0])]) for row, each in zip(rows, more, strict=True)], float
        ).reshape(n, 3),
        phase=column("phase", 0.25, float),
        variant=column("variant", 7, np.uint32),
        plate=column("plate", "", "<U12"),
        track_id=np.arange(100, 100 + n, dtype=np.int64),
        speed_ms=column("speed_ms", 5.0, float),
        incident_id=column("incident_id", -1, np.int64),
        state=column("state", 0, np.uint8),
    )
