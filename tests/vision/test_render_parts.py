"""The parts that every renderer shares: lens, bodies, still city, plates, faults, and the choice of renderer."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.towns import grid_town
from tests.vision.street_scene import DAY, actors, street_camera
from twin.errors import InputError
from twin.scene import Look, State
from twin.sky import Sky
from vision.render.cast import CAR_BODIES, Lamp, bodies, cast_of
from vision.render.choose import make_renderer
from vision.render.city_mesh import city_mesh
from vision.render.light import light_of
from vision.render.mesh import ball, box, coarse, tube
from vision.render.meshes_people import FIGURES
from vision.render.plates import HEIGHT_M, WIDTH_M, plates_of
from vision.render.projection import NEAR_M, Lens
from vision.render.shot import ACTORS_MOST, take_shot
from vision.render.textures import Tile
from vision.render.truth import Items, truth_of

bearings = st.floats(0, 359)
pitches = st.floats(-89, 45)


@given(bearings, pitches, st.floats(5, 150), st.floats(1, 200))
def test_a_point_on_the_axis_is_in_the_middle_of_the_picture(bearing_deg, pitch_deg, hfov_deg, away_m):
    lens = Lens.of(street_camera(bearing_deg=bearing_deg, pitch_deg=pitch_deg, hfov_deg=hfov_deg))
    b, p = np.radians([bearing_deg, pitch_deg])
    ahead = np.array([np.sin(b) * np.cos(p), np.cos(b) * np.cos(p), np.sin(p)])
    pixel, depth = lens.project(lens.eye_m + ahead * away_m)
    np.testing.assert_allclose(pixel, [320, 180], atol=1e-6)
    assert depth == pytest.approx(away_m)


@given(bearings, pitches, st.tuples(*[st.floats(-50, 50)] * 3))
def test_the_clip_matrix_and_the_projection_agree(bearing_deg, pitch_deg, point):
    lens = Lens.of(street_camera(bearing_deg=bearing_deg, pitch_deg=pitch_deg))
    pixel, depth = lens.project(np.array(point))
    if depth < NEAR_M:
        return
    x, y, _, w = lens.clip_matrix @ [*point, 1.0]
    assert w == pytest.approx(depth)
    np.testing.assert_allclose([(x / w + 1) * 320, (1 - y / w) * 180], pixel, atol=1e-6 * (1 + np.abs(pixel).max()))


def test_the_horizontal_field_of_view_reaches_from_edge_to_edge():
    lens = Lens.of(street_camera(hfov_deg=90.0))
    pixel, _ = lens.project([[-10.0, 10.0, 5.0], [10.0, 10.0, 5.0]])
    np.testing.assert_allclose(pixel[:, 0], [0, 640], atol=1e-9)


def volume_m3(mesh):
    a, b, c = mesh.position_m.reshape(-1, 3, 3).transpose(1, 0, 2)
    return float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6)


def test_solids_are_closed_and_face_outwards():
    """Signed volumes: a box exactly, a bar and a ball of many sides nearly pi r^2 l and 4/3 pi r^3."""
    assert volume_m3(box((1, 2, 3), (2, 3, 4), 0)) == pytest.approx(24)
    assert volume_m3(tube((0, 0, 0), (0, 0, 2), (1, 1), 0, 64)) == pytest.approx(2 * np.pi, rel=0.01)
    assert volume_m3(ball((5, 0, 0), (1, 1, 1), 0, 48, 64)) == pytest.approx(4 / 3 * np.pi, rel=0.01)


def test_drawing_corners_together_keeps_the_shape_and_drops_triangles():
    fine = ball((0, 0, 0), (1, 1, 1), 0, 24, 32)
    plain = coarse(fine, 0.25)
    assert len(plain) < len(fine) / 2
    assert volume_m3(plain) == pytest.approx(volume_m3(fine), rel=0.1)


@pytest.mark.parametrize("name", sorted(bodies()))
def test_every_body_stands_on_the_ground_at_its_size(name):
    """Mirrors, light bars, a stride and arms may stick out; wheels may sink in a little; a crushed nose is short."""
    body = bodies()[name]
    low, high = body.mesh.position_m.min(axis=0), body.mesh.position_m.max(axis=0)
    assert -0.09 < low[2] < 0.05
    assert high[2] == pytest.approx(body.size_m[2], abs=0.35)
    assert np.abs((low + high)[:2]).max() < (0.8 if name.endswith("_nose") or "_stands_" in name else 0.45)
    np.testing.assert_allclose(np.linalg.norm(body.mesh.normal, axis=1), 1, atol=1e-6)


def test_private_cars_come_in_thirteen_bodies_and_are_mostly_white():
    sizes = [bodies()[name].size_m for name in sorted({*CAR_BODIES})]
    rows = [(Look.CAR, 0, 20, {"variant": 1000 + i, "size_m": sizes[i % len(sizes)]}) for i in range(600)]
    cast = cast_of(actors(*rows), np.zeros(3), dark=False)
    assert set(cast.body) == set(CAR_BODIES)
    assert len(set(CAR_BODIES)) == 13
    misfit = [np.abs(np.divide(sizes[i % len(sizes)], bodies()[cast.body[i]].size_m) - 1).max() for i in range(600)]
    assert max(misfit) <= 0.14  # nobody's car is stretched out of shape
    white = (cast.colour[:, 0] > 0.9).all(axis=1).mean()
    assert 0.3 < white < 0.65  # 11 of 26 in the table


def test_a_crash_shows_on_the_body_and_only_there():
    rows = [(Look.CAR, 0, 20, {"state": state}) for state in (0, State.CRUSHED_NOSE, State.CRUSHED_LEFT)]
    cast = cast_of(actors(*rows, (Look.BUS, 0, 40, {"state": State.CRUSHED_NOSE})), np.zeros(3), dark=False)
    whole = cast.body[0]
    assert cast.body == (whole, f"{whole}_nose", f"{whole}_left", "bus")
    reach = {name: bodies()[name].mesh.position_m.max(axis=0) for name in (whole, f"{whole}_nose", f"{whole}_left")}
    assert reach[f"{whole}_nose"][0] < reach[whole][0] - 0.25
    assert [sign for _, sign in bodies()[f"{whole}_nose"].plates] == [-1.0]  # the front plate is lost


def test_people_walk_in_steps_and_stand_still_on_both_feet():
    walking = actors(*[(Look.PERSON, 0, 20, {"phase": k / 8}) for k in range(8)])
    standing = actors(*[(Look.PERSON, 0, 20, {"phase": k / 8, "speed_ms": 0.0}) for k in range(8)])
    assert len(set(cast_of(walking, np.zeros(3), False).body)) == 8
    (one,) = set(cast_of(standing, np.zeros(3), False).body)
    assert "_stands_" in one
    crowd = actors(*[(Look.PERSON, 0, 20, {"variant": 77 * k}) for k in range(200)])
    assert {name.split("_")[0] for name in cast_of(crowd, np.zeros(3), False).body} == set(FIGURES)


def test_an_actor_looks_the_same_all_its_life():
    """Its body and colours hang on its variant alone, wherever and whenever it is."""
    early = cast_of(actors((Look.CAR, 0, 20, {"variant": 5})), np.zeros(3), dark=False)
    late = cast_of(actors((Look.CAR, 9, 70, {"variant": 5, "bearing_deg": 80.0}), t_ms=90_000), np.zeros(3), dark=True)
    assert early.body == late.body
    np.testing.assert_array_equal(early.colour, late.colour)


@pytest.mark.parametrize(
    ("size_m", "body"),
    [((4.5, 1.7, 1.5), "police"), ((5.5, 2.0, 2.6), "ambulance"), ((8.0, 2.5, 3.1), "fire_engine")],
)
def test_an_emergency_vehicle_is_known_by_its_size(size_m, body):
    scene = actors((Look.EMERGENCY, 0, 20, {"size_m": size_m, "phase": 0.2}), (Look.EMERGENCY, 5, 20, {"phase": 0.7}))
    cast = cast_of(scene, np.zeros(3), dark=False)
    assert cast.body[0] == body
    assert [bool(lamps & Lamp.FLASH_A) for lamps in cast.lamps] == [True, False]


def test_lamps_burn_as_their_drivers_would_have_them():
    """Moving; standing in traffic; wrecked; parked; braking from speed: who has headlights in the dark, who brakes."""
    scene = actors(
        (Look.CAR, 0, 20),
        (Look.CAR, 5, 20, {"speed_ms": 0.0}),
        (Look.CAR, 9, 20, {"incident_id": 1, "speed_ms": 0.0}),
        (Look.CAR, 12, 20, {"speed_ms": 0.0, "state": State.PARKED}),
        (Look.CAR, 15, 20, {"state": State.BRAKING}),
    )
    lamps = cast_of(scene, np.zeros(3), dark=True).lamps
    assert [bool(lamp & Lamp.HEAD) for lamp in lamps] == [True, True, False, False, True]
    assert [bool(lamp & Lamp.TAIL) for lamp in lamps] == [True, True, False, False, True]
    assert [bool(lamp & Lamp.BRAKE) for lamp in lamps] == [False, True, False, False, True]
    assert not (cast_of(scene, np.zeros(3), dark=False).lamps & Lamp.HEAD).any()


def test_plates_hang_at_both_ends_and_only_one_faces_the_camera():
    """A plate keeps 520 x 110 mm on a car of any size."""
    camera = street_camera(hfov_deg=20.0)
    scene = actors((Look.CAR, 0, 25, {"plate": "00A123BC", "size_m": (4.8, 1.8, 1.5)}))
    lens = Lens.of(camera)
    plates = plates_of(cast_of(scene, lens.origin_m, dark=False), scene, lens)
    assert plates.text == ("00A123BC",)
    top_left, top_right, _, bottom_left = plates.corner_m[0]
    assert np.linalg.norm(top_right - top_left) == pytest.approx(WIDTH_M)
    assert np.linalg.norm(bottom_left - top_left) == pytest.approx(HEIGHT_M)
    assert plates.corner_m[0][:, 1].mean() == pytest.approx(25 - 2.4, abs=0.1)  # the tail, which faces south


def test_only_the_nearest_are_drawn_where_a_crowd_is_in_view():
    crowd = actors(*[(Look.PERSON, (i % 30) * 0.5 - 7.5, 20 + i // 30) for i in range(ACTORS_MOST + 40)])
    shot = take_shot(street_camera(), crowd, DAY)
    assert len(shot.cast) == ACTORS_MOST
    assert shot.items.row.max() < ACTORS_MOST + 5


def test_the_still_city_has_its_houses_streets_and_lamps():
    """Seen from the town's middle: nine square houses of four storeys, 12 m, each roof of two triangles."""
    mesh = city_mesh(grid_town(), street_camera(x_m=516_150.0, y_m=4_570_150.0))
    walls = mesh.solid[(mesh.solid[:, 12] > 0)]
    assert len(np.unique(walls[:, 12])) == 9
    assert walls[:, 2].max() == pytest.approx(12.0)
    roofs = mesh.solid[mesh.solid[:, 8] == Tile.ROOF]
    assert len(roofs) == 9 * 2 * 3
    assert (mesh.lamps_m[:, 2] == 8.0).all()
    assert len(mesh.lamps_m) >= 24
    assert all((layer[:, 2] == 0).all() for layer in mesh.ground)


def test_nothing_is_planted_on_a_carriageway():
    """Streets of the grid town are 7 m wide."""
    town = grid_town()
    mesh = city_mesh(town, street_camera(x_m=516_150.0, y_m=4_570_150.0))
    leaves = mesh.solid[mesh.solid[:, 8] == Tile.LEAVES]
    feet = mesh.solid[(mesh.solid[:, 2] == 0) & (mesh.solid[:, 8] == Tile.PLAIN)][:, :2].astype(float)
    away_m = shapely.distance(shapely.points(feet + np.array([516_150.0, 4_570_150.0])), town.streets.union_all())
    assert len(leaves) > 1000
    assert len(feet) > 500
    assert away_m.min() > 3.5


def test_light_follows_the_sun():
    noon, dusk, night = (light_of(Sky(200.0, e, "day", "clear")) for e in (60.0, 0.0, -20.0))
    assert np.mean(noon.above) > np.mean(dusk.above) > np.mean(night.above) > 0
    assert [noon.lamps, dusk.lamps, night.lamps] == [0.0, 1.0, 1.0]
    assert max(night.sun) == 0
    assert light_of(Sky(200.0, 60.0, "day", "fog")).haze_per_m > 10 * noon.haze_per_m
    assert np.linalg.norm(noon.sun_way) == pytest.approx(1)


def test_truth_from_a_hand_drawn_picture_of_ids():
    """A car of 4 x 3 pixels, one of them its plate's; it would cover 24. A person who is not seen has no row."""
    ids = np.zeros((10, 20), np.uint16)
    ids[2:5, 3:7] = 1
    ids[4, 5] = 3
    nan = np.full((4, 2), np.nan)
    corners = np.array([(5, 4), (14, 4), (14, 6), (5, 6)], float)
    items = Items(
        cls=np.array([Look.CAR, Look.PERSON, Look.PLATE], np.uint8),
        row=np.array([0, 1, 0]),
        full_box=np.array([(3, 2, 9, 6), (0, 0, 1, 1), (5, 4, 14, 6)], float),
        area_px=np.array([24.0, 5.0, 18.0]),
        owner=np.array([-1, -1, 0]),
        corners=np.stack([nan, nan, corners]),
    )
    scene = actors((Look.CAR, 0, 20, {"plate": "00A123BC"}), (Look.PERSON, 0, 30))
    truth, row_of = truth_of(ids, items, scene, Lens.of(street_camera()))
    assert row_of.tolist() == [-1, 0, -1, 1]
    assert truth.cls.tolist() == [Look.CAR, Look.PLATE]
    assert truth.box.tolist() == [[3, 2, 7, 5], [5, 4, 6, 5]]
    assert truth.visible[0] == pytest.approx(12 / 24)
    assert truth.track_id.tolist() == [100, 100]


def test_an_unknown_renderer_is_named_with_those_there_are():
    with pytest.raises(InputError, match="did you mean 'tiny'"):
        make_renderer(grid_town(), "tinny")


def test_without_egl_the_other_renderer_is_taken_with_a_warning(monkeypatch):
    pytest.importorskip("pybullet")

    def refuse(_):
        raise OSError("no EGL context of OpenGL 4.3 can be made: no display")

    monkeypatch.setattr("vision.render.gl.GlRenderer", refuse)
    with pytest.warns(UserWarning, match="TinyRenderer instead"):
        renderer = make_renderer(grid_town())
    assert renderer.name == "tiny"
    renderer.close()
    with pytest.raises(OSError, match="EGL"):
        make_renderer(grid_town(), "gl")
