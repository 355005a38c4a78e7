"""What changed between two cities: each kind of change alone, and none where none is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import grid_town
from tests.twin.full_town import full_town
from twin.city import City
from twin.city.diff import diff_cities
from twin.city.model import LAYERS
from twin.errors import InputError


def without_node(city: City, node: int) -> City:
    """The city without a node and the streets at it; the rows of all others close up."""
    keep = np.arange(len(city.nodes)) != node
    number = np.cumsum(keep) - 1
    streets = city.streets[(city.streets["u"] != node) & (city.streets["v"] != node)].reset_index(drop=True)
    streets = streets.assign(u=number[streets["u"]], v=number[streets["v"]])
    places = city.places[city.places["node"] != node].reset_index(drop=True)
    nodes = city.nodes[keep].reset_index(drop=True)
    return replace(city, nodes=nodes, streets=streets, places=places.assign(node=number[places["node"]]))


def test_a_city_is_the_same_as_itself() -> None:
    found = diff_cities(full_town(), full_town())
    assert found.same
    assert found.as_json()["same"]
    assert all(before == after for before, after in found.totals.values())


def test_rows_that_only_got_other_numbers_are_not_changed() -> None:
    """Without the corner node all rows of nodes shift by one; the streets left are still between the same nodes."""
    found = diff_cities(grid_town(), without_node(grid_town(), 0))
    nodes, streets, places = (found.layers[layer] for layer in ("nodes", "streets", "places"))
    assert (nodes.removed, nodes.added, nodes.moved) == (1, 0, 0)
    assert (streets.removed, streets.changed, streets.first_rows["removed"]) == (2, {}, [0, 12])
    assert (places.removed, places.changed) == (1, {})
    assert found.totals["streets to drive, km"] == (2.4, 2.2)
    assert found.layers["buildings"].same
    back = diff_cities(without_node(grid_town(), 0), grid_town())
    assert (back.layers["nodes"].added, back.layers["streets"].added) == (1, 2)


def test_a_column_that_says_something_else_is_counted_by_name() -> None:
    town = grid_town()
    lower = town.buildings.assign(storeys=[4] * 8 + [3], dwellings=[32] * 7 + [30, 24])
    found = diff_cities(town, replace(town, buildings=lower)).layers["buildings"]
    assert dict(found.changed) == {"storeys": 1, "dwellings": 2}
    assert found.first_rows["changed"] == [7, 8]
    assert (found.added, found.removed, found.moved) == (0, 0, 0)


def test_a_building_pushed_a_little_is_moved_and_one_pushed_far_is_another() -> None:
    town = grid_town()
    shapes = town.buildings.geometry.to_numpy().copy()
    shapes[0] = shapely.affinity.translate(shapes[0], 3.0, 4.0)
    shapes[1] = shapely.affinity.translate(shapes[1], 30.0, 0.0)
    found = diff_cities(town, replace(town, buildings=town.buildings.set_geometry(list(shapes), crs=town.crs)))
    layer = found.layers["buildings"]
    assert (layer.moved, layer.moved_most_m, layer.added, layer.removed) == (1, 5.0, 1, 1)


def test_a_building_with_an_osm_id_is_followed_however_far() -> None:
    town = grid_town()
    named = replace(town, buildings=town.buildings.assign(osm_id=range(1, 10)))
    shapes = named.buildings.geometry.to_numpy().copy()
    shapes[1] = shapely.affinity.translate(shapes[1], 300.0, 0.0)
    moved = replace(named, buildings=named.buildings.set_geometry(list(shapes), crs=town.crs))
    layer = diff_cities(named, moved).layers["buildings"]
    assert (layer.moved, layer.moved_most_m, layer.added, layer.removed) == (1, 300.0, 0, 0)


def test_a_district_with_another_outline_is_known_by_its_name() -> None:
    town = full_town()
    wider = town.districts.geometry.buffer(50.0)
    layer = diff_cities(town, replace(town, districts=town.districts.set_geometry(wider))).layers["districts"]
    assert (layer.moved, layer.added, layer.removed) == (2, 0, 0)


def test_accounts_are_compared_key_by_key_and_hashes_are_not() -> None:
    town = grid_town()
    other = replace(town, manifest={**town.manifest, "counts": {"nodes": 3}, "hash": "x", "source": "elsewhere"})
    found = diff_cities(town, other)
    assert dict(found.manifest) == {"counts.nodes": (None, 3), "source": ("hand-made", "elsewhere")}
    assert not found.same


def test_cities_of_two_regions_are_not_compared() -> None:
    town = grid_town()
    layers = {layer: getattr(town, layer).set_crs(32635, allow_override=True) for layer in LAYERS}
    with pytest.raises(InputError, match="one is in EPSG:32642, the other in EPSG:32635"):
        diff_cities(town, replace(town, crs="EPSG:32635", **layers))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(9)), st.sets(st.integers(0, 8), max_size=4), st.sets(st.integers(0, 8), max_size=4))
def test_in_any_order_what_was_taken_and_put_is_found(order: list[int], taken: set[int], put: set[int]) -> None:
    town = grid_town()
    kept = [row for row in order if row not in taken]
    far = town.buildings.iloc[sorted(put)]
    far = far.set_geometry(far.geometry.translate(5000.0, 0.0))
    table = pd.concat([town.buildings.iloc[kept], far], ignore_index=True)
    new = replace(town, buildings=gpd.GeoDataFrame(table, crs=town.crs))
    layer = diff_cities(town, new).layers["buildings"]
    assert (layer.removed, layer.added, layer.moved, layer.changed) == (len(taken), len(put), 0, {})
    assert bool(layer.reordered) == (kept != sorted(kept))


def test_what_was_saved_is_what_was_made(tmp_path: Path) -> None:
    from twin.city.store import load_city, save_city

    made = save_city(full_town(), tmp_path / "town")
    assert diff_cities(made, load_city(tmp_path / "town")).same
