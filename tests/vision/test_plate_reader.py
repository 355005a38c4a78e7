"""The plate reader: it keeps to the patterns, reads what it should, and refuses what is not its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import InputError
from twin.plates import plate_of, plates_of
from twin.streams import stream
from vision.plate_text import is_plate

torch = pytest.importorskip("torch", reason="reading plates needs torch")
pytest.importorskip("cv2", reason="reading plates needs OpenCV")
pytest.importorskip("PIL", reason="drawing plates needs pillow")
from vision.plate_reader import (  # noqa: E402
    ALPHABET,
    INPUT_PX,
    PLACES,
    SHIPPED,
    PlateReader,
    decode,
    make_net,
    prepare,
    save_state,
)  # fmt: skip
from vision.plate_training import batches, synthetic_crop, targets, train_reader  # noqa: E402

needs_weights = pytest.mark.skipif(not SHIPPED.is_file(), reason="no plate reader weights in this checkout")


def shares(text: str, certainty: float = 0.9) -> np.ndarray:
    """A network's answer that says ``text`` (6 characters) with that certainty in each place."""
    rest = (1 - certainty) / (len(ALPHABET) - 1)
    table = np.full((PLACES, len(ALPHABET)), rest)
    for place, char in enumerate(text):
        table[place, ALPHABET.index(char)] = certainty
    return table


def test_decoding_takes_the_better_pattern_and_its_least_certain_character() -> None:
    assert decode(shares("A123BC", 0.9)) == ("00A123BC", pytest.approx(0.9))
    assert decode(shares("123ABC", 0.9)) == ("00123ABC", pytest.approx(0.9))


def test_a_letter_o_where_only_a_digit_may_stand_becomes_the_likeliest_digit() -> None:
    """The net takes the nought of A103BC for an O; no pattern has a letter there, and 0 comes next."""
    table = shares("A1O3BC", 0.6)
    table[2, ALPHABET.index("0")] = 0.35
    assert decode(table) == ("00A103BC", pytest.approx(0.35))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_whatever_the_net_says_the_text_is_a_plate(seed: int) -> None:
    table = np.random.default_rng(seed).random((PLACES, len(ALPHABET)))
    text, score = decode(table / table.sum(axis=1, keepdims=True))
    assert is_plate(text)
    assert 0 < score < 1


@pytest.mark.parametrize("shape", [(6, 20, 3), (30, 140, 3), (400, 900, 3), (17, 33)])
def test_crops_of_any_size_become_what_the_net_sees(shape: tuple[int, ...]) -> None:
    crop = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ready = prepare(crop)
    assert ready.shape == (1, *INPUT_PX)
    assert ready.mean() == pytest.approx(0, abs=1e-4)
    assert np.isfinite(prepare(np.full(shape, 7, np.uint8))).all()


def test_exposure_does_not_change_what_the_net_sees() -> None:
    crop = synthetic_crop("00A123BC", 120, stream(0, "test"), hard=False)
    assert np.abs(prepare(crop) - prepare((crop * 0.5).astype(np.uint8))).max() < 0.2


def test_targets_are_the_places_after_the_region() -> None:
    assert targets(["00A123BC"]).tolist() == [[10, 1, 2, 3, 11, 12]]


def test_training_crops_follow_from_their_seed_and_differ_from_the_plates_kept_for_tests() -> None:
    (a, wanted), (b, _), (c, _) = (next(batches(seed, 8)) for seed in (1, 1, 2))
    assert (a == b).all()
    assert (a != c).any()
    kept = {tuple(row) for row in targets(plates_of(np.arange(300)).tolist())}
    assert not kept & {tuple(row) for row in wanted}


def test_weights_come_back_as_they_were_saved_and_a_training_leaves_a_usable_file(tmp_path: Path) -> None:
    """Half precision in the file: what is loaded is what was saved, rounded once."""
    net = make_net().eval()
    save_state(net, tmp_path / "net.pt")
    assert (tmp_path / "net.pt").stat().st_size < 1_500_000
    crops = [synthetic_crop(plate_of(k), 120, stream(k, "test"), hard=False) for k in range(3)]
    reader = PlateReader.load(tmp_path / "net.pt")
    again = PlateReader.load(tmp_path / "net.pt")
    assert reader.read(crops)[0] == again.read(crops)[0]
    assert reader.sha256 == again.sha256
    result = train_reader(tmp_path / "trained.pt", minutes=0.01, batch=4, trial=2)
    assert result["steps"] >= 1
    assert set(result) >= {"clean_104px", "night_104_250px"}


@pytest.mark.parametrize("content", [b"", b"not weights"])
def test_files_that_are_not_a_readers_weights_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a file of weights"):
        PlateReader.load(path)
    with pytest.raises(InputError, match="no such file"):
        PlateReader.load(tmp_path / "none.pt")
    torch.save({"form": "something else", "state": {}}, path)
    with pytest.raises(InputError, match="weights of something else"):
        PlateReader.load(path)


@needs_weights
def test_clean_plates_200_px_wide_to_the_metre_are_read_whole() -> None:
    """104 px is a plate of 520 mm at 200 px/m. Of 60 plates never trained on, 57 or more (95 %) are read whole."""
    texts = plates_of(np.arange(60)).tolist()
    crops = [synthetic_crop(text, 104, stream(i, "test"), hard=False) for i, text in enumerate(texts)]
    read, scores = PlateReader.load().read(crops)
    assert sum(a == b for a, b in zip(read, texts, strict=True)) >= 57
    assert scores.shape == (60,)


@needs_weights
def test_no_crops_no_texts() -> None:
    texts, scores = PlateReader.load().read([])
    assert texts == []
    assert scores.shape == (0,)
