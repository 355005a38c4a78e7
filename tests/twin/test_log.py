import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import InputError
from twin.log import EVENT_SCHEMA, EventLog, content_hash, read_events
from twin.records import EVENT_COLUMNS, Event, Kind


@pytest.fixture
def log() -> EventLog:
    log = EventLog()
    log.emit(0, Kind.RUN_STARTED, detail="{}")
    log.emit(1500, Kind.CALL, incident_id=3, call_id=0, node=7, value=1.0)
    log.emit(1500, Kind.ALARM, alarm_id=0, camera_id="C-1")
    return log


def test_an_event_keeps_its_fields_and_its_place(log):
    assert log[1] == Event(1500, 1, Kind.CALL, incident_id=3, call_id=0, node=7, value=1.0)
    assert [event.seq for event in log] == [0, 1, 2]
    assert log[-1].camera_id == "C-1"


def test_listeners_hear_what_comes_after_them_in_order():
    log, heard = EventLog(), []
    log.emit(0, Kind.RUN_STARTED)
    log.subscribe(heard.append)
    log.emit(1, Kind.CALL, call_id=5)
    log.emit(2, Kind.RUN_ENDED)
    assert heard == [log[1], log[2]]


def test_the_file_gives_back_what_was_written(log, tmp_path):
    log.write(tmp_path / "events.parquet")
    table = read_events(tmp_path / "events.parquet")
    assert table.schema.equals(EVENT_SCHEMA)
    assert table.to_pylist()[2] == {
        "t_ms": 1500, "seq": 2, "kind": "alarm", "incident_id": None, "call_id": None, "alarm_id": 0, "team_id": "",
        "camera_id": "C-1", "node": -1, "value": None, "detail": "",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["events.parquet"]


def test_an_empty_log_has_the_same_columns(tmp_path):
    EventLog().write(tmp_path / "events.parquet")
    table = read_events(tmp_path / "events.parquet")
    assert (table.num_rows, tuple(table.column_names)) == (0, EVENT_COLUMNS)


def test_the_hash_is_of_the_content_not_of_the_file(log, tmp_path):
    table = log.to_table()
    pq.write_table(table, tmp_path / "other.parquet", compression="gzip", row_group_size=1)
    assert content_hash(read_events(tmp_path / "other.parquet")) == content_hash(table)
    halves = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert content_hash(halves) == content_hash(table)


FIELDS = {
    "incident_id": st.none() | st.integers(0, 3),
    "team_id": st.sampled_from(["", "A", "AB", "B"]),
    "camera_id": st.sampled_from(["", "A", "AB", "B"]),
    "value": st.none() | st.sampled_from([0.0, 1.0, 2.5]),
}
ROWS = st.lists(st.fixed_dictionaries(FIELDS), max_size=4)


@given(ROWS, ROWS)
def test_logs_share_a_hash_only_when_they_say_the_same(first, second):
    logs = EventLog(), EventLog()
    for log, rows in zip(logs, (first, second), strict=True):
        for row in rows:
            log.emit(0, Kind.CALL, **row)
    one, other = (log.to_table() for log in logs)
    assert (content_hash(one) == content_hash(other)) == (one.to_pylist() == other.to_pylist())


@pytest.mark.parametrize("content", [None, b"", b"PAR1 but no more"])
def test_a_missing_or_cut_file_is_named(tmp_path, content):
    path = tmp_path / "events.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"events\.parquet"):
        read_events(path)


def test_a_file_with_other_columns_says_which(tmp_path):
    pq.write_table(pa.table({"time": [1]}), tmp_path / "events.parquet")
    with pytest.raises(InputError, match=r"columns time; wanted: t_ms"):
        read_events(tmp_path / "events.parquet")
