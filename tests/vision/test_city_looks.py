"""The city as it looks: what weather, hour, use and age of a building do to the picture, told by what must hold."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from tests.vision.street_scene import DAY, NIGHT, STREET_X_M, STREET_Y_M, actors, street_camera
from twin.scene import Look, SignalLamp, Signals, empty_scene
from twin.sky import Sky
from vision.render.choose import make_renderer
from vision.render.city_ground import carriageways
from vision.render.city_houses import house_rows, main_streets
from vision.render.city_markings import crossings_of
from vision.render.city_mesh import city_mesh
from vision.render.faults import Faults
from vision.render.levels import LEVEL_PX, LEVELS_M, levels_of
from vision.render.light import light_of
from vision.render.mesh import unique_rows
from vision.render.projection import Lens
from vision.render.tally import tally
from vision.render.textures import Tile, tile_stack

FAULTLESS = Faults()  # so that no automatic exposure makes up for the light
MIDDLE = np.array([WEST_M + 150.0, SOUTH_M + 150.0])


@pytest.fixture(scope="module")
def town():
    return grid_town()


@pytest.fixture(scope="module")
def gl(town):
    pytest.importorskip("moderngl")
    try:
        made = make_renderer(town, "gl")
    except OSError as refused:
        pytest.skip(str(refused))
    yield made
    made.close()


@pytest.fixture(scope="module")
def mesh(town):
    return city_mesh(town, street_camera(x_m=float(MIDDLE[0]), y_m=float(MIDDLE[1])))


def grey(frame):
    return frame.image.astype(float).mean(axis=2)


def pixel(x_m, y_m, z_m, height_m=5.0):
    """Column and row of a point, for the level camera of 640 x 360 over 90 degrees."""
    return round(320 + 320 * x_m / y_m), round(180 - 320 * (z_m - height_m) / y_m)


def patch(frame, x_m, y_m, half=2):
    column, row = pixel(x_m, y_m, 0.0)
    return float(grey(frame)[row - half : row + half + 1, column - half : column + half + 1].mean())


def shoot(renderer, sky, *things, **camera):
    scene = actors(*things) if things else empty_scene(0)
    return renderer.render(street_camera(**camera), scene, sky, 1, FAULTLESS)


# ---- weather and hour


def test_snow_whitens_the_ground_more_than_the_road(gl):
    """Beside the pavement, 9 m east of the street's middle, the ground is open; the road is swept by traffic."""
    clear, snow = (shoot(gl, Sky(160.0, 45.0, "day", weather)) for weather in ("clear", "snow"))
    assert patch(snow, 9.0, 18.0) > patch(clear, 9.0, 18.0) + 20
    assert patch(snow, 9.0, 18.0) > patch(snow, 0.0, 18.0) + 10


def test_a_wet_road_is_darker_than_a_dry_one_under_the_same_cloud(gl):
    """Near the camera one looks down on it, and a film of water swallows light."""
    rain, fog = (shoot(gl, Sky(160.0, 45.0, "day", weather)) for weather in ("rain", "fog"))
    assert patch(rain, 0.0, 11.0) < patch(fog, 0.0, 11.0) - 15


def test_fog_and_dust_take_the_distance_away(gl):
    """A house wall 60 m off stands out less from the sky beside it, and dust is yellower than fog."""
    frames = {weather: shoot(gl, Sky(160.0, 45.0, "day", weather)) for weather in ("clear", "fog", "dust")}
    spread = {weather: grey(frame)[120:180, 100:540].std() for weather, frame in frames.items()}
    assert spread["clear"] > 1.3 * spread["fog"]
    assert spread["clear"] > spread["dust"]
    warmth = {weather: float(frame.image[100:120, :, 0].mean()) - float(frame.image[100:120, :, 2].mean())
              for weather, frame in frames.items()}  # fmt: skip
    assert warmth["dust"] > warmth["fog"] + 10


def test_shadows_fall_away_from_the_sun(gl):
    """A bus stands across the street, 18 m off. With the sun in the east its shade lies west of it, and the reverse."""
    bus = (Look.BUS, 0.0, 18.0)
    east, west = (shoot(gl, Sky(azimuth, 40.0, "day", "clear"), bus) for azimuth in (90.0, 270.0))
    assert patch(east, -3.0, 18.0) < 0.75 * patch(west, -3.0, 18.0)
    assert patch(west, 3.0, 18.0) < 0.75 * patch(east, 3.0, 18.0)


def test_shadows_in_tashkent_are_short_in_june_and_long_in_december(gl):
    """At noon at 41.3 N the sun stands at 72 and 25 degrees: a bus of 3.27 m shades 1.1 and 6.9 m of ground north.

    The bus stands across the street, its north side 17.25 m from a camera 14 m high; the point is 5.6 m behind it.
    """
    bus, camera = (Look.BUS, 0.0, 16.0, {"bearing_deg": 90.0}), street_camera(height_m=14.0, pitch_deg=-30.0)
    (column, row), _ = Lens.of(camera).project([0.0, 22.85, 0.0])

    def at_point(scene, elevation_deg):
        frame = gl.render(camera, scene, Sky(180.0, elevation_deg, "day", "clear"), 1, FAULTLESS)
        return float(grey(frame)[int(row) - 1 : int(row) + 2, int(column) - 3 : int(column) + 4].mean())

    assert at_point(actors(bus), 72.2) > 0.95 * at_point(empty_scene(0), 72.2)
    assert at_point(actors(bus), 25.3) < 0.8 * at_point(empty_scene(0), 25.3)


def test_without_sun_a_body_still_shades_the_ground_below_it(gl):
    """Of the ground seen past a car, that within 10 cm of it is darker under a cloud, and that a metre off is not."""
    sky, camera = Sky(160.0, 45.0, "day", "rain"), street_camera(height_m=14.0, pitch_deg=-40.0)
    scene = actors((Look.CAR, 0.0, 16.0))
    with_car, without = (gl.render(camera, who, sky, 1, FAULTLESS) for who in (scene, empty_scene(0)))
    east, north = np.meshgrid(np.arange(-2.5, 2.5, 0.05), np.arange(13.0, 19.0, 0.05))
    pixels, _ = Lens.of(camera).project(np.stack([east, north, 0 * east], axis=-1))
    column, row = np.rint(pixels - 0.5).astype(int).transpose(2, 0, 1)
    seen = with_car.ids[row, column] == 0
    darker = (grey(without) - grey(with_car))[row, column]
    beside = seen & (np.abs(east) < 1.0) & (np.abs(north - 16.0) < 2.3)
    apart = seen & (np.abs(east) > 1.9)
    assert darker[beside].mean() > darker[apart].mean() + 2


def test_at_night_lamps_light_the_ground_below_them(gl, mesh):
    """Seen from the street's end: the ground under the nearest lamp against the open ground of the block."""
    lamps = mesh.lamps_m[:, :2] + MIDDLE - [STREET_X_M, STREET_Y_M]
    lamp = min((lamp for lamp in lamps if 8 < lamp[1] < 60 and abs(lamp[0]) < 0.6 * lamp[1]), key=lambda at: at[1])
    night = shoot(gl, NIGHT)
    assert patch(night, lamp[0] * 0.9, lamp[1]) > 1.5 * patch(night, 24.0, 30.0)


def test_headlights_light_the_road_before_a_car(gl):
    car = (Look.CAR, 0.0, 14.0, {"speed_ms": 8.0})
    lit, unlit = shoot(gl, NIGHT, car), shoot(gl, NIGHT)
    assert patch(lit, 1.6, 24.0) > patch(unlit, 1.6, 24.0) + 8


def test_some_windows_are_lit_at_night_and_none_by_day(gl):
    """The first house west of the street, its long side towards the camera."""
    night, day = (shoot(gl, sky, bearing_deg=300.0, pitch_deg=5.0) for sky in (NIGHT, DAY))
    wall = grey(night)[60:170, 250:520]
    assert 0.003 < np.mean(wall > 90) < 0.5
    assert np.median(wall) < 60
    assert np.median(grey(day)[60:170, 250:520]) > 90


def test_fewer_windows_are_lit_late_at_night():
    evening, midnight = (light_of(Sky(0.0, e, "night", "clear")).windows for e in (-8.0, -60.0))
    assert evening > 3 * midnight > 0


# ---- streets


def test_zebras_lie_where_streets_meet_and_keep_off_the_junction(town, mesh):
    """Streets 7 m wide: half of the widest plus 4 m of room; a zebra of 2.8 m ends 0.8 m before the stop line."""
    crossings = crossings_of(town.streets, town.nodes["signal"].to_numpy(bool))
    zebras = [crossing for crossing in crossings if crossing.zebra]
    arms = np.bincount(np.concatenate([town.streets["u"], town.streets["v"]]))
    assert len(zebras) == sum(n for n in arms if n >= 3)
    nodes = town.nodes.geometry.to_numpy()
    away = [min(shapely.distance(shapely.Point(crossing.middle), nodes)) for crossing in zebras]
    np.testing.assert_allclose(away, 3.5 + 4.0 - 0.8 - 1.4, atol=1e-6)
    paint = mesh.ground[-1][:, :2].reshape(-1, 3, 2).mean(axis=1) + MIDDLE
    for crossing in zebras:
        assert shapely.contains_xy(crossing.area, paint[:, 0], paint[:, 1]).sum() >= 10  # five bars and more


def test_stop_lines_cross_the_right_half_of_a_two_way_street_only(town, mesh):
    """Traffic keeps to the right. The stop line lies in the driver's right half, before the zebra."""
    paint = mesh.ground[-1][:, :2].reshape(-1, 3, 2).mean(axis=1) + MIDDLE
    crossing = next(c for c in crossings_of(town.streets, np.zeros(len(town.nodes), bool)) if c.zebra)
    right = np.array([crossing.inward[1], -crossing.inward[0]])
    off = paint - (crossing.middle - crossing.inward * (1.4 + 0.8 + 0.2))
    on_line = np.abs(off @ crossing.inward) < 0.25
    aside = (off @ right)[on_line & (np.abs(off @ right) < 3.6)]
    assert len(aside) >= 2
    assert aside.min() > 0


def test_ariqs_run_beside_the_kerb_and_never_on_the_road(town, mesh):
    road = carriageways(town.streets, shapely.box(*town.bounds_m).buffer(50))
    layer = next(layer for layer in mesh.ground if (layer[:, 8] == Tile.WATER).any())
    water = layer[layer[:, 8] == Tile.WATER][:, :2] + MIDDLE
    away = shapely.distance(shapely.points(water), road)
    assert len(water) > 100
    assert away.min() > 1.0
    assert away.max() < 1.8


def test_schools_are_fenced_and_the_fence_keeps_off_the_street(town):
    buildings = town.buildings.assign(use="school")
    mesh = city_mesh(replace(town, buildings=buildings), street_camera(x_m=float(MIDDLE[0]), y_m=float(MIDDLE[1])))
    plain = city_mesh(town, street_camera(x_m=float(MIDDLE[0]), y_m=float(MIDDLE[1])))
    assert len(mesh.solid) > len(plain.solid) + 1000
    rails = mesh.solid[(mesh.solid[:, 8] == Tile.PLAIN) & (np.abs(mesh.solid[:, 2] - 1.6) < 0.01)][:, :2] + MIDDLE
    away = shapely.distance(shapely.points(rails), town.streets.union_all())
    assert away.min() > 3.5


def test_traffic_lights_stand_at_junctions_that_have_them(town):
    camera = street_camera(x_m=float(MIDDLE[0]), y_m=float(MIDDLE[1]))
    lit = replace(town, nodes=town.nodes.assign(signal=True))
    assert len(city_mesh(lit, camera).solid) > len(city_mesh(town, camera).solid)


@pytest.mark.parametrize(("lamp", "channel"), [(SignalLamp.RED, 0), (SignalLamp.GREEN, 1)], ids=["red", "green"])
def test_a_traffic_light_shows_its_lamp_to_those_who_come_towards_it(town, gl, lamp, channel):
    """Seen along the street northwards; the arm enters the second junction, so its light faces the camera."""
    lit, camera = replace(town, nodes=town.nodes.assign(signal=True)), street_camera(hfov_deg=20.0)
    heads = city_mesh(lit, camera).signals
    k = int(np.argmin(np.hypot(*(heads.lamp_m[:, 0, :2] - [4.2, 92.0]).T)))
    assert heads.facing[k].tolist() == pytest.approx([0.0, -1.0])
    renderer = make_renderer(lit, "gl")
    out = actors((Look.PERSON, 30.0, 20.0))
    burning = replace(out, signals=Signals(heads.arm[[k]], np.array([lamp], np.uint8)))
    away = replace(out, signals=Signals(heads.arm[[k]] ^ 1, np.array([lamp], np.uint8)))  # the other end's light
    dark, bright, other = (renderer.render(camera, scene, DAY, 1, FAULTLESS) for scene in (out, burning, away))
    (x, y), _ = Lens.of(camera).project(heads.lamp_m[k, 0 if channel == 0 else 2])
    assert heads.lamp_m[k, 0, 2] - heads.lamp_m[k, 2, 2] == pytest.approx(0.6)
    assert (bright.image[int(y), int(x), channel] - dark.image[int(y), int(x), channel].astype(int)) > 60
    changed = np.argwhere((bright.image != dark.image).any(axis=2))
    assert np.abs(changed - [y, x]).max() < 8  # a lamp changes nothing but its surroundings
    np.testing.assert_array_equal(other.image, dark.image)
    renderer.close()


# ---- facades


def house(town, **columns):
    return town.buildings.assign(**columns).iloc[0]


def tiles_of(town, main=None, **columns):
    rows = np.concatenate(house_rows(house(town, **columns), 0, MIDDLE, shapely.Polygon() if main is None else main))
    return set(rows[:, 8].astype(int).tolist())


@pytest.mark.parametrize(
    ("columns", "tile"),
    [
        ({"built_year": 1958}, Tile.BRICK), ({"built_year": 2015}, Tile.ESTATE), ({"use": "office"}, Tile.OFFICE),
        ({"use": "school"}, Tile.CIVIC), ({"use": "retail"}, Tile.CIVIC), ({"use": "bazaar"}, Tile.BAZAAR),
        ({"use": "courtyard", "storeys": 1}, Tile.HOUSE), ({"use": "hospital"}, Tile.CLINIC),
        ({"use": "warehouse"}, Tile.GARAGE), ({"use": "industrial"}, Tile.WORKS),
    ],
)  # fmt: skip
def test_a_facade_follows_use_and_age(town, columns, tile):
    assert tile in tiles_of(town, **columns)


def test_panels_with_and_without_loggias_share_the_years_before_1990(town):
    flats = house(town, built_year=1980)
    rows = np.concatenate([part for row in range(12) for part in house_rows(flats, row, MIDDLE, shapely.Polygon())])
    assert {Tile.PANEL, Tile.BALCONY} <= set(rows[:, 8].astype(int).tolist())


def test_flats_have_shops_towards_a_main_street_and_doors_elsewhere(town):
    """The house's east side is 30 m from the street; its other sides look away from it."""
    street = shapely.LineString([(WEST_M + 100, SOUTH_M - 50), (WEST_M + 100, SOUTH_M + 150)])
    shops = {Tile.SHOP, Tile.SHOP_B, Tile.SHOP_C}
    assert not shops & tiles_of(town)
    rows = np.concatenate(house_rows(house(town), 0, MIDDLE, street))
    front = rows[np.isin(rows[:, 8], list(shops))]
    assert len(front)
    assert (front[:, 3] > 0.99).all()  # they look east
    assert front[:, 2].max() <= 3.0 + 1e-5  # the ground floor


def test_main_streets_are_those_with_shops(town):
    assert main_streets(town.streets).is_empty
    assert not main_streets(town.streets.assign(street_class="primary")).is_empty


def test_no_wall_is_higher_than_its_house_and_halls_have_no_giant_doors(town):
    rows = np.concatenate(
        house_rows(house(town, use="warehouse", storeys=1, height_m=9.6), 0, MIDDLE, shapely.Polygon())
    )
    doors = rows[rows[:, 8] == Tile.GARAGE]
    assert rows[:, 2].max() == pytest.approx(9.6, abs=1e-5)
    assert doors[:, 2].max() == pytest.approx(3.2, abs=1e-5)


def test_every_tile_has_a_picture_and_only_facades_burn():
    stack = tile_stack()
    assert len(stack) == len(Tile)
    for tile in (Tile.ASPHALT, Tile.PAVING, Tile.GRASS, Tile.ROOF, Tile.LEAVES, Tile.PAINT, Tile.WATER, Tile.BLANK):
        assert not stack[tile, ..., 3].any()
    for tile in (Tile.PANEL, Tile.BRICK, Tile.ESTATE, Tile.OFFICE, Tile.SHOP, Tile.CIVIC, Tile.CLINIC):
        assert (stack[tile, ..., 3] > 200).mean() > 0.05


# ---- what keeps it fast


def test_what_a_level_of_detail_takes_away_is_small_in_the_picture():
    lens = Lens.of(street_camera())
    matrix = np.zeros((200, 3, 4))
    matrix[:, 1, 3] = np.linspace(0.5, 250.0, 200)
    levels = levels_of(matrix, lens)
    away = np.linalg.norm(matrix[:, :, 3] - lens.eye_m, axis=1)
    assert (np.array(LEVELS_M)[levels] * lens.focal_px / away <= LEVEL_PX + 1e-9).all()
    assert levels.min() == 0
    assert levels.max() == len(LEVELS_M) - 1


def test_a_far_car_keeps_its_box(gl):
    """At 90 m a pixel is 0.28 m and the body has the fewest corners: its box is still within a pixel or two."""
    truth = shoot(gl, DAY, (Look.CAR, 0.0, 90.0)).truth
    np.testing.assert_allclose(truth.box, truth.full_box, atol=2.0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_ids_are_tallied_as_by_hand(seed, n):
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, n + 1, (9, 11)).astype(np.uint16)
    ids[rng.random(ids.shape) < 0.6] = 0
    count, box = tally(ids, n)
    for k in range(n):
        y, x = np.nonzero(ids == k + 1)
        assert count[k] == len(y)
        if len(y):
            assert box[k].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]
        else:
            assert box[k].tolist() == [np.inf, np.inf, -np.inf, -np.inf]


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_rows_are_grouped_as_numpy_groups_them(seed, columns):
    rows = np.random.default_rng(seed).integers(-3, 3, (40, columns))
    unique, inverse = unique_rows(rows)
    wanted, group = np.unique(rows, axis=0, return_inverse=True)
    np.testing.assert_array_equal(unique, wanted)
    np.testing.assert_array_equal(inverse, group.ravel())


# ---- bad input


@pytest.mark.parametrize("source", ["gl", "tiny"])
def test_a_camera_inside_a_wall_delivers_counted_dark_frames(town, source):
    """The first house reaches from 30 to 70 m west of the street and north of its end, and is 12 m high."""
    pytest.importorskip({"gl": "moderngl", "tiny": "pybullet"}[source])
    renderer = make_renderer(town, source)
    walled = street_camera(id="walled", x_m=STREET_X_M - 50.0, y_m=STREET_Y_M + 50.0)
    with pytest.warns(UserWarning, match="walled hangs 5 m high inside building 0, which is 12 m high"):
        frames = [renderer.render(walled, actors((Look.CAR, -50.0, 60.0)), DAY, seed=1) for _ in range(2)]
    assert all(len(frame.truth) == 0 and frame.image.max() < 16 and frame.blind for frame in frames)
    assert renderer.blindness.frames == {"walled": 2}
    on_the_roof = replace(walled, height_m=12.5)
    on_the_wall = replace(walled, x_m=STREET_X_M - 30.2)
    assert renderer.blindness.building_round(on_the_roof) == -1
    assert renderer.blindness.building_round(on_the_wall) == -1
    renderer.close()
