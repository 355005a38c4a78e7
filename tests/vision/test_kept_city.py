"""What stands is drawn once for a camera and only lit anew where something moves: nobody may see the difference."""

from dataclasses import replace

import numpy as np
import pytest

from tests.towns import grid_town
from tests.vision.street_scene import DAY, NIGHT, actors, street_camera
from twin.scene import Look
from twin.sky import Sky
from vision.render import gl
from vision.render.choose import make_renderer
from vision.render.faults import Faults
from vision.render.gl_still import KEPT
from vision.render.light import light_of
from vision.render.projection import NEAR_M, Lens
from vision.render.shot import take_shot
from vision.render.silhouettes import CELLS, fill_outlines, silhouette_areas
from vision.render.touched import TILE_PX, touched_strips

LOW_SUN = Sky(200.0, 6.0, "dusk", "clear")
WET_NIGHT = replace(NIGHT, weather="rain")
STREET = actors(
    (Look.TRUCK, 0.0, 20.0), (Look.CAR, 2.5, 30.0, {"bearing_deg": 180.0}), (Look.PERSON, -4.2, 14.0),
    (Look.CAR, -2.0, 45.0, {"roll_deg": 180.0, "incident_id": 1}), (Look.PERSON_LYING, 3.0, 16.0),
    (Look.FIRE, -6.0, 50.0), (Look.BUS, 1.0, 1.5, {"bearing_deg": 20.0}),
)  # fmt: skip


@pytest.fixture(scope="module")
def renderer():
    pytest.importorskip("moderngl")
    made = drawn_here()
    yield made
    made.close()


def drawn_here():
    try:
        return make_renderer(grid_town(), "gl")
    except OSError as refused:
        pytest.skip(str(refused))


def picture(renderer, sky, camera=None, scene=STREET):
    return renderer.render(camera or street_camera(), scene, sky, 1, Faults()).image


@pytest.mark.parametrize("sky", [DAY, LOW_SUN, NIGHT, WET_NIGHT], ids=["day", "low sun", "night", "wet night"])
def test_lighting_only_the_touched_strips_is_lighting_everything(renderer, sky, monkeypatch):
    """A grey level may be one off, where rays are worked out from other corners."""
    strips = picture(renderer, sky).astype(int)
    everything = np.array([[-1, -1, 1, 1]], np.float32)
    monkeypatch.setattr(gl, "touched_strips", lambda *_: everything)
    whole = picture(renderer, sky).astype(int)
    assert np.abs(strips - whole).max() <= 2
    assert np.abs(whole - picture(renderer, sky, scene=STREET.take([]))).max() > 50  # and there is something to see


def test_few_strips_are_lit_anew_by_day_and_none_in_an_empty_street(renderer):
    picture(renderer, DAY)
    solid = np.ones((-(-360 // TILE_PX), -(-640 // TILE_PX)), bool)
    nobody = take_shot(street_camera(), STREET.take([]), DAY)
    walker = take_shot(street_camera(), STREET.take([2]), DAY)
    assert len(touched_strips(nobody, solid)) == 0
    strips = touched_strips(walker, ~solid)
    west, south, east, north = strips.T
    assert 0 < ((east - west) * (north - south)).sum() / 4 < 0.02
    x_px, y_px = Lens.of(street_camera()).project([-4.2, 14.0, 0.0])[0]  # the foot's own tile is among them
    x, y = x_px / 320 - 1, 1 - y_px / 180
    assert ((west <= x) & (x < east) & (south <= y) & (y < north)).any()


def test_a_kept_picture_is_the_one_that_would_be_drawn_anew(renderer):
    """Whatever was drawn between, more cameras than are kept, another sky, another size: the same bytes."""
    first = picture(renderer, DAY)
    for k in range(KEPT + 1):
        picture(renderer, DAY, street_camera(id=f"c{k}", bearing_deg=10.0 * (k + 1)))
    fog = Sky(DAY.sun_azimuth_deg, DAY.sun_elevation_deg, "day", "fog")
    picture(renderer, fog)
    small = picture(renderer, DAY, street_camera(width_px=320, height_px=180))
    assert small.shape == (180, 320, 3)
    np.testing.assert_array_equal(picture(renderer, DAY), first)
    fresh = drawn_here()
    picture(fresh, fog)
    np.testing.assert_array_equal(picture(fresh, DAY), first)
    fresh.close()


def test_the_sun_moves_in_steps_of_a_quarter_degree():
    """So a fixed camera's picture is drawn anew once or twice a minute, not for each frame."""
    suns = [light_of(Sky(160.0, 45.0 + k * 0.01, "day", "clear")) for k in range(0, 101)]
    assert len({sun.sun_way for sun in suns}) == 5  # 45, 45.25 ... 46
    assert light_of(Sky(160.1, 45.1, "day", "clear")) == light_of(Sky(160.0, 45.0, "day", "clear"))


def area_of(*triangles, box):
    """The area of triangles of (right, down) pixels, 10 m off, seen by a lens of 10 px focal length."""
    corners = np.array([(x, y, 10.0) for triangle in triangles for x, y in triangle], np.float32)
    to_pixels = np.array([[(10.0, 0, 0, 0), (0, 10.0, 0, 0), (0, 0, 1.0, 0)]])
    out = np.zeros(1)
    indices = np.arange(len(corners), dtype=np.uint32)
    fill_outlines(corners, indices, np.array([[0, len(corners)]]), to_pixels, np.array([box], float), NEAR_M, out)
    return float(out[0])


def test_a_filled_square_a_half_and_a_triangle_that_looks_away():
    """Seen from the front corners run counter-clockwise, which is up the picture on the right; y runs down it."""
    lower, upper = ((0, 0), (0, 8), (8, 8)), ((0, 0), (8, 8), (8, 0))
    box = (0, 0, 8, 8)
    assert area_of(lower, upper, box=box) == 64.0
    assert area_of(lower, box=box) == pytest.approx(32.0, abs=64 / CELLS / 2)
    assert area_of(lower, lower, box=box) == area_of(lower, box=box)  # what lies twice counts once
    assert area_of(lower[::-1], upper[::-1], box=box) == 0.0
    assert area_of(lower, upper, box=(0, 0, 16, 8)) == 64.0  # half of a wider box
    assert area_of(lower, upper, box=(4, 4, 8, 8)) == 16.0  # what is outside its box is not looked at


def test_what_a_body_would_cover_is_what_it_covers_in_plain_view(renderer):
    """The truck stands alone: pixels of its mask against the area filled, within the width of its outline."""
    camera, alone = street_camera(), STREET.take([0])
    frame = renderer.render(camera, alone, DAY, 1, Faults())
    shot = take_shot(camera, alone, DAY)
    filled = silhouette_areas(shot.cast, np.array([0]), shot.items.full_box[:1], shot.lens)[0]
    assert filled == pytest.approx((frame.ids > 0).sum(), rel=0.02)
