"""Labels: the same bytes each time, kept on disk, and made anew when what is kept is not whole."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.towns import grid_town
from tests.twin.test_streets import town_of
from tests.twin.test_travel import ragged_grid
from twin.city.store import save_city
from twin.streets import StreetGraph
from twin.travel import SearchedTravel, travel_of
from twin.travel import label_store as store
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import LabelSet, make_labels
from twin.travel.labelled import LabelledTravel

START = datetime(2026, 6, 19, 12, 0, tzinfo=ZoneInfo("Asia/Tashkent"))
TOWN = ragged_grid(np.random.default_rng(1))


def digest(labels: LabelSet) -> str:
    columns = (labels.place, *(getattr(s, c) for s in (labels.out, labels.into) for c in ("first", "entry", "row")))
    return hashlib.sha256(b"".join(np.ascontiguousarray(column).tobytes() for column in columns)).hexdigest()


def test_labels_are_the_same_bytes_each_time_and_in_any_thread() -> None:
    graph = LabelGraph.of(StreetGraph.of(TOWN))
    alone = digest(make_labels(graph))
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: digest(make_labels(graph)), range(4))) == {alone}


def test_any_number_of_threads_may_ask_at_once() -> None:
    streets = StreetGraph.of(TOWN)
    travel, nodes = LabelledTravel(streets, make_labels(LabelGraph.of(streets))), np.arange(len(TOWN.nodes))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda goal: travel.many_to_one_ms(nodes, goal, 0).tolist(), nodes[:60].tolist()))
    assert found == [SearchedTravel(streets).many_to_one_ms(nodes, goal, 0).tolist() for goal in nodes[:60].tolist()]


def test_labels_lie_in_the_folder_of_the_city_and_are_made_once(tmp_path: Path) -> None:
    city = save_city(grid_town(), tmp_path / "town")
    told: list[tuple[str, float]] = []

    def travel():  # type: ignore[no-untyped-def]
        return travel_of(city, "car", START, progress=lambda *said: told.append(said), labels_from_nodes=0)

    first = travel()
    period = first.period_at(0)
    expected = first.one_to_one_ms(0, 15, period)
    assert told[-1] == ("travel times, car, friday_noon", 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert len(list((tmp_path / "town" / "travel").iterdir())) == 1
    told.clear()
    assert travel().one_to_one_ms(0, 15, period) == expected
    assert told == []
    assert isinstance(travel().in_period(period).labels.out.entry, np.memmap)
    travel().one_to_one_ms(0, 15, first.period_at(10 * 3_600_000))
    assert len(list((tmp_path / "town" / "travel").iterdir())) == 2


@pytest.mark.parametrize("harm", ["cut", "flipped", "missing", "other graph", "no json", "empty"])
def test_labels_that_are_not_whole_are_made_anew(tmp_path: Path, harm: str) -> None:
    graph = LabelGraph.of(StreetGraph.of(TOWN))
    city = replace(TOWN, folder=tmp_path)
    made = digest(store.labels_of(city, graph))
    (folder,) = (tmp_path / "travel").iterdir()
    column = folder / "out_entry.npy"
    whole = column.read_bytes()
    if harm == "cut":
        column.write_bytes(whole[: len(whole) // 2])
    elif harm == "flipped":
        column.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    elif harm == "missing":
        column.unlink()
    elif harm == "other graph":
        text = (folder / "labels.json").read_text()
        (folder / "labels.json").write_text(text.replace(graph.key, "0" * 64))
    else:
        (folder / "labels.json").write_text("" if harm == "empty" else "[1")
    assert store.read_labels(folder, graph) is None
    assert digest(store.labels_of(city, graph)) == made
    assert store.read_labels(folder, graph) is not None
    assert [path.name for path in (tmp_path / "travel").iterdir()] == [folder.name]


def test_a_folder_that_cannot_be_written_goes_without(tmp_path: Path) -> None:
    (tmp_path / "travel").write_text("in the way")
    labels = store.labels_of(replace(TOWN, folder=tmp_path), LabelGraph.of(StreetGraph.of(TOWN)))
    assert len(labels.out.row)
    assert (tmp_path / "travel").read_text() == "in the way"


def test_other_speeds_and_turns_have_other_keys() -> None:
    plain = LabelGraph.of(StreetGraph.of(TOWN)).key
    assert LabelGraph.of(StreetGraph.of(TOWN)).key == plain
    quicker = replace(TOWN, streets=TOWN.streets.assign(speed_kmh=TOWN.streets["speed_kmh"] * 1.1))
    unruled = replace(TOWN, restrictions=TOWN.restrictions.iloc[:0])
    assert len({plain, *(LabelGraph.of(StreetGraph.of(town)).key for town in (quicker, unruled))}) == 3


def test_a_street_that_takes_days_is_left_to_searches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path))
    town = town_of(3, [(0, 1, 5e6, 36.0, False), (1, 2, 100.0, 0.001, False), (2, 0, 100.0, 0.001, False)])
    travel = travel_of(town, "free_flow", START, labels_from_nodes=0)
    assert isinstance(travel.in_period(0), SearchedTravel)
    assert travel.one_to_one_ms(1, 2, 0) == 360_000_000
