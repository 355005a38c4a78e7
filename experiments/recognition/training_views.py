"""Views for training frames: cameras at random places of a city, of every height, lens, hour and weather."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from pyproj import Transformer

from agents.ambient.lines import lengths_along
from agents.ambient.rates import LANE_OCCUPANCY
from agents.ambient.roads import Arc, Roads
from experiments.footage.viewpoints import HEIGHT_PX, WIDTH_PX, Ground
from sensors.cameras import Camera
from twin.city import City
from twin.sky import Sky, sky_at
from vision.render.faults import FAULTS

TRAINED_DISTRICTS: Final = ("Chilonzor", "Sergeli", "Shayxontohur", "Chilonzor", "Yashnobod", "Uchtepa")  # by seed
VALIDATION_DISTRICTS: Final = ("Olmazor",)
UNSEEN_DISTRICTS: Final = ("Yunusobod", "Mirobod")  # their main streets too were never trained on
LIGHT_SHARES: Final = {"day": 0.5, "dusk": 0.15, "night": 0.35}
WEATHER_SHARES: Final = {"clear": 0.56, "rain": 0.14, "fog": 0.08, "snow": 0.12, "dust": 0.10}
ODD_FAULT: Final = 0.08  # share of training frames in which a fault of the camera is strong; as often it is absent
_YEAR: Final = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Spot:
    """A place on a lane of a street: where it is and which way the lane goes."""

    x_m: float
    y_m: float
    bearing_deg: float
    half_m: float
    off_m: float

    def beside(self, ahead_m: float, right_m: float) -> tuple[float, float]:
        """Return a place so far ahead of it and so far to its right."""
        a = math.radians(self.bearing_deg)
        return (
            self.x_m + ahead_m * math.sin(a) + right_m * math.cos(a),
            self.y_m + ahead_m * math.cos(a) - right_m * math.sin(a),
        )


class Grounds:
    """What views of one city are drawn from."""

    def __init__(self, city: City) -> None:
        self.ground = Ground(city)
        self.roads = Roads(city)
        rank = np.array([0.3 + LANE_OCCUPANCY[name] for name in self.roads.street_class])
        weight = np.cumsum(rank * np.minimum(self.roads.length_m, 300.0))
        self._upto = weight / weight[-1]
        to_wgs84 = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True)
        west, south, east, north = city.bounds_m
        self.lon_deg, self.lat_deg = to_wgs84.transform((west + east) / 2, (south + north) / 2)
        self.zone = ZoneInfo(str(city.manifest["timezone"]))

    def spot(self, rng: np.random.Generator) -> Spot:
        """Draw a place on a lane."""
        street = int(np.searchsorted(self._upto, rng.random()))
        arc = self.roads.arc(street, bool(rng.random() < 0.5) and not self.roads.oneway[street])
        return on_lane(arc, float(rng.uniform(0.1, 0.9)) * arc.length_m, int(rng.integers(arc.lanes)))

    def lanes_near(self, x_m: float, y_m: float, radius_m: float) -> list[Arc]:
        """Return the directions of all streets near a point."""
        rows = self.roads.near(x_m, y_m, radius_m)
        arcs = [self.roads.arc(int(i), False) for i in rows]
        return arcs + [self.roads.arc(int(i), True) for i in rows if not self.roads.oneway[i]]


def on_lane(arc: Arc, along_m: float, lane: int) -> Spot:
    """Return a place on a lane."""
    along = lengths_along(arc.points)
    i = int(np.clip(np.searchsorted(along, along_m, side="right") - 1, 0, len(along) - 2))
    step = arc.points[i + 1] - arc.points[i]
    share = (along_m - along[i]) / max(along[i + 1] - along[i], 1e-9)
    x_m, y_m = arc.points[i] + step * share
    bearing = math.degrees(math.atan2(step[0], step[1])) % 360.0
    off_m = float(arc.offsets_m[lane])
    middle = Spot(float(x_m), float(y_m), bearing, arc.width_m / 2, off_m)
    return Spot(*middle.beside(0.0, off_m), bearing, arc.width_m / 2, off_m)


def snap(arcs: list[Arc], x_m: float, y_m: float, rng: np.random.Generator) -> Spot | None:
    """Return a random lane's place beside a point, of the nearest street's lanes."""
    if not arcs:
        return None
    point = shapely.Point(x_m, y_m)
    lines = [shapely.LineString(arc.points) for arc in arcs]
    away = np.array([line.distance(point) for line in lines])
    near = np.flatnonzero(away < away.min() + 2.0)
    pick = int(near[rng.integers(len(near))])
    return on_lane(arcs[pick], float(lines[pick].project(point)), int(rng.integers(arcs[pick].lanes)))


def draw_sky(grounds: Grounds, rng: np.random.Generator) -> tuple[Sky, float]:
    """Draw a sky by the shares of light and weather; returns it and the hour of day."""
    light = str(rng.choice(list(LIGHT_SHARES), p=list(LIGHT_SHARES.values())))
    weather = str(rng.choice(list(WEATHER_SHARES), p=list(WEATHER_SHARES.values())))
    for _ in range(400):
        when = _YEAR + timedelta(days=int(rng.integers(365)), minutes=float(rng.uniform(0, 1440)))
        sky = sky_at(when.replace(tzinfo=grounds.zone), grounds.lat_deg, grounds.lon_deg, weather)
        if sky.light == light:
            break
    return sky, when.hour + when.minute / 60


def draw_levels(rng: np.random.Generator) -> dict[str, str]:
    """Draw the levels of a training camera's faults: mostly usual, each now and then strong or absent."""
    chance = {"strong": ODD_FAULT, "none": ODD_FAULT, "usual": 1.0 - 2 * ODD_FAULT}
    return {name: str(rng.choice(list(chance), p=list(chance.values()))) for name in FAULTS}


@dataclass(frozen=True)
class Site:
    """A pole and the streets about it; drawing a place anew is dear, turning a camera is cheap."""

    x_m: float
    y_m: float
    arcs: list[Arc]


def draw_site(grounds: Grounds, rng: np.random.Generator) -> Site:
    """Draw a pole within 15 m of a street's lane, outdoors; one in eight hangs over the lane itself."""
    for _ in range(60):
        spot = grounds.spot(rng)
        aside = 0.0 if rng.random() < 0.12 else float(rng.uniform(2.0, 15.0)) * float(rng.choice([-1.0, 1.0]))
        x_m, y_m = (round(c, 2) for c in spot.beside(0.0, aside))
        if grounds.ground.open_air(x_m, y_m):
            break
    return Site(x_m, y_m, grounds.lanes_near(x_m, y_m, 60.0))


def _target(grounds: Grounds, site: Site, rng: np.random.Generator, least_m: float, most_m: float) -> Spot:
    """Draw a place on a lane, seen from a site; about as often near as far."""
    for _ in range(60):
        angle, away = rng.uniform(0, 2 * math.pi), math.exp(rng.uniform(math.log(least_m), math.log(most_m)))
        spot = snap(site.arcs, site.x_m + away * math.sin(angle), site.y_m + away * math.cos(angle), rng)
        far = math.hypot(spot.x_m - site.x_m, spot.y_m - site.y_m)
        if least_m <= far <= most_m and grounds.ground.sees(site.x_m, site.y_m, spot.x_m, spot.y_m):
            break
    return spot


def street_view(grounds: Grounds, site: Site, rng: np.random.Generator, name: str) -> tuple[Camera, Spot]:
    """Draw an overview camera, 4 to 10 m up, that looks at a place on a street."""
    spot = _target(grounds, site, rng, 8.0, 42.0)
    height_m = float(rng.uniform(4.0, 10.0))
    hfov_deg = float(rng.choice([rng.uniform(50, 75), rng.uniform(30, 50), rng.uniform(75, 90)], p=[0.6, 0.25, 0.15]))
    return _looking(name, (site.x_m, site.y_m, height_m), (spot.x_m, spot.y_m, 0.8), hfov_deg, rng), spot


def plate_view(grounds: Grounds, site: Site, rng: np.random.Generator, name: str) -> tuple[Camera, Spot]:
    """Draw a close camera that looks into a vehicle's front or at its rear: 90 to 400 px/m there."""
    for _ in range(60):
        spot = _target(grounds, site, rng, 9.0, 26.0)
        angle = math.radians(spot.bearing_deg)
        along_m = (site.x_m - spot.x_m) * math.sin(angle) + (site.y_m - spot.y_m) * math.cos(angle)
        away_m = math.hypot(site.x_m - spot.x_m, site.y_m - spot.y_m)
        if abs(along_m) > 0.85 * away_m and (along_m > 0 or rng.random() < 0.4):
            break
    height_m = float(rng.uniform(3.0, 6.5))
    density = float(np.exp(rng.uniform(np.log(90.0), np.log(400.0))))
    hfov_deg = math.degrees(2 * math.atan(WIDTH_PX / 2 / (density * math.hypot(away_m, height_m))))
    at = (*spot.beside(math.copysign(2.0, along_m), 0.0), 0.6)
    return _looking(name, (site.x_m, site.y_m, height_m), at, float(np.clip(hfov_deg, 9.0, 40.0)), rng, 0.2), spot


def _looking(
    name: str,
    eye: tuple[float, float, float],
    at: tuple[float, float, float],
    hfov_deg: float,
    rng: np.random.Generator,
    stray: float = 0.3,
) -> Camera:
    """Return a camera that looks past a point by up to ``stray`` of its field of view."""
    dx, dy = at[0] - eye[0], at[1] - eye[1]
    vfov_deg = hfov_deg * HEIGHT_PX / WIDTH_PX
    bearing = math.degrees(math.atan2(dx, dy)) + hfov_deg * float(rng.uniform(-stray, stray))
    pitch = math.degrees(math.atan2(at[2] - eye[2], math.hypot(dx, dy))) + vfov_deg * float(rng.uniform(-stray, stray))
    pitch = min(max(pitch, -75.0), vfov_deg * 0.2)
    return Camera(name, "fixed", *eye[:2], eye[2], bearing % 360.0, pitch, hfov_deg, WIDTH_PX, HEIGHT_PX, 80.0)
