"""A city goes to disk and comes back the same; a broken folder is refused with all its faults."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from tests.towns import grid_town
from twin.city.model import LAYERS
from twin.city.resolve import open_city
from twin.city.store import cache_folder, city_hash, load_city, save_city
from twin.errors import InputError


def test_a_city_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    town = grid_town()
    saved = save_city(town, tmp_path / "town")
    loaded = load_city(tmp_path / "town")
    assert loaded.manifest == saved.manifest
    assert loaded.folder == tmp_path / "town"
    assert "edited" not in loaded.manifest
    for layer, columns in LAYERS.items():
        was, now = getattr(town, layer), getattr(loaded, layer)
        assert list(now.columns) == [*columns, "geometry"]
        assert now.geometry.geom_equals_exact(was.geometry, 0.0).all()
        assert all(now[column].tolist() == was[column].tolist() for column in columns)


def test_the_hash_is_of_the_layers_alone_and_survives_the_disk(tmp_path: Path) -> None:
    town = grid_town()
    assert city_hash(load_city(save_city(town, tmp_path / "a").folder)) == city_hash(town)  # type: ignore[arg-type]
    assert city_hash(replace(town, name="other", manifest={})) == city_hash(town)


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if len(getattr(grid_town(), layer))])
def test_any_change_of_a_layer_changes_the_hash(layer: str) -> None:
    town = grid_town()
    table = getattr(town, layer)
    moved = table.set_geometry(table.geometry.translate(0.001))
    assert city_hash(replace(town, **{layer: moved})) != city_hash(town)
    column = LAYERS[layer][0]
    other = {"bool": True, "int64": 77, "float64": 7.5}.get(str(table[column].dtype), "another")
    assert city_hash(replace(town, **{layer: table.assign(**{column: other})})) != city_hash(town)


def test_a_folder_that_holds_something_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(InputError, match="already holds files; choose another --out"):
        save_city(grid_town(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_used_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "town").mkdir()
    save_city(grid_town(), tmp_path / "town")
    assert [path.name for path in tmp_path.iterdir()] == ["town"]
    assert {path.name for path in (tmp_path / "town").iterdir()} == {
        "manifest.json", *(f"{layer}.parquet" for layer in LAYERS)
    }  # fmt: skip


def test_a_city_with_faults_is_not_written_and_all_its_faults_are_named(tmp_path: Path) -> None:
    town = grid_town()
    streets = town.streets.assign(speed_kmh=0.0, street_class="boulevard")
    buildings = town.buildings.assign(residents=-1).drop(columns="use")
    with pytest.raises(InputError) as refusal:
        save_city(replace(town, streets=streets, buildings=buildings), tmp_path / "town")
    said = str(refusal.value)
    for part in ("streets.speed_kmh", "must be above 0", "street_class", "'boulevard'", "buildings: no column use"):
        assert part in said
    assert not (tmp_path / "town").exists()


def test_ends_that_are_not_at_their_nodes_are_found() -> None:
    from twin.city.schema import city_faults

    town = grid_town()
    assert city_faults(town) == []
    swapped = town.streets.assign(u=town.streets["v"], v=town.streets["u"])
    assert "do not start and end at their nodes" in city_faults(replace(town, streets=swapped))[0]
    beyond = town.streets.assign(u=99)
    assert "nodes are 0 to 15" in city_faults(replace(town, streets=beyond))[0]


def test_every_missing_or_damaged_file_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    save_city(grid_town(), folder)
    (folder / "places.parquet").unlink()
    (folder / "streets.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputError) as refusal:
        load_city(folder)
    assert len(refusal.value.faults) == 2
    assert "no places.parquet" in str(refusal.value)
    assert "streets.parquet is no GeoParquet file" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n "name": "x",\n oops\n}', "manifest.json:3: not JSON"),
        ("[]", "no JSON object"),
        ('{"name": 4, "crs": "EPSG:32642", "timezone": "UTC", "schema": 99}', "'schema' is 99, this version reads 3"),
        ('{"name": 4, "crs": "EPSG:32642", "timezone": "UTC", "schema": 1}', "'name' must be a text, found 4"),
    ],
)
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str, said: str) -> None:
    save_city(grid_town(), tmp_path / "town")
    (tmp_path / "town" / "manifest.json").write_text(text)
    with pytest.raises(InputError) as refusal:
        load_city(tmp_path / "town")
    assert said in str(refusal.value)


def test_a_folder_without_a_city_says_what_would_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no manifest\.json in it; give a folder that `twin city build` made"):
        load_city(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        open_city(str(tmp_path / "nowhere"))


def test_a_layer_edited_by_hand_is_read_and_marked(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    saved = save_city(grid_town(), folder)
    table = gpd.read_parquet(folder / "buildings.parquet")
    table.assign(height_m=99.0).to_parquet(folder / "buildings.parquet")
    edited = load_city(folder)
    assert edited.manifest["edited"] is True
    assert (
        edited.manifest["hash"] != saved.manifest["hash"] == json.loads((folder / "manifest.json").read_text())["hash"]
    )


def test_the_cache_folder_is_where_it_is_asked_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("TASHKENT_TWIN_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "tashkent-twin"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "tashkent-twin"


def test_the_default_city_is_built_once_and_loaded_after(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import twin.city.default as default

    made: list[int] = []
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path))
    monkeypatch.setattr(default, "default_city", lambda seed: (made.append(seed), grid_town())[1])
    first, again = open_city(None, seed_city=3), open_city(None, seed_city=3)
    assert made == [3]
    assert first.folder == again.folder
    assert city_hash(first) == city_hash(again)
