"""Training the plate reader on crops drawn here: perspective, blur, noise, low resolution, day and night, JPEG.

``twin vision train-plates`` makes ``vision/weights/plate_reader.pt`` from nothing, on one core.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.plates import plates_of
from twin.scene import Look
from twin.streams import stream
from vision.evaluate import labelled_frames
from vision.plate_art import draw_plate
from vision.plate_reader import ALPHABET, SHIPPED, PlateReader, make_net, plate_crop, prepare, save_state
from vision.scoring.plates import plate_density

_SOURCE_PX: Final = 64  # height of the drawing a crop is made from
_POOL: Final = 8000  # plates a training draws; each comes up in many crops
_LEARN: Final = 10_000_000  # vehicle numbers from here on are trained on; those below are free for tests


def synthetic_crop(
    text: str, width_px: float, rng: np.random.Generator, hard: bool = True, night: bool = False
) -> NDArray[np.uint8]:
    """Return a grey crop such as a detector cuts out around a plate.

    Args:
        text: the plate's text.
        width_px: width of the plate in the picture, before it is turned away.
        rng: where the accidents come from.
        hard: with blur, noise, turning and JPEG; else seen straight, sharp, in a loose crop.
        night: dark and noisy.

    Returns:
        (h, w) uint8.
    """
    plate = _drawn(text).astype(np.float32)
    corners = _turned(width_px, rng) if hard else _straight(width_px)
    size, corners = _loose(corners, rng, most=0.30 if hard else 0.12)
    picture = _paste(_tone(plate, rng), corners, size, rng)
    if hard:
        picture = _camera(picture, rng, night)
    return np.clip(picture, 0, 255).astype(np.uint8)


@lru_cache(maxsize=_POOL)
def _drawn(text: str) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.cvtColor(draw_plate(text, _SOURCE_PX), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _straight(width_px: float) -> NDArray[np.float32]:
    height = width_px * 110 / 520
    return np.array([[0, 0], [width_px, 0], [width_px, height], [0, height]], dtype=np.float32)


def _turned(width_px: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the plate's corners after turning it away, tilting it, and a perspective of a few per cent."""
    yaw, pitch, roll = np.radians(rng.normal(0, [25, 18, 4]).clip(-55, 55))
    across = np.array([np.cos(yaw), np.sin(yaw) * np.sin(pitch)])
    down = np.array([0.0, np.cos(pitch)])
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    flat = _straight(width_px)
    corners = (flat[:, :1] * across + flat[:, 1:] * down) @ turn
    return (corners + rng.normal(0, 0.012 * width_px, (4, 2)) * [0.5, 0.3]).astype(np.float32)


def _loose(
    corners: NDArray[np.float32], rng: np.random.Generator, most: float
) -> tuple[tuple[int, int], NDArray[np.float32]]:
    """Return the size of a loose crop around the corners, and the corners in it."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    span = high - low
    least = np.array([-0.02, -0.06])
    room = np.array([most, 2.0 * most])
    before, after = (span * (least + (room - least) * rng.random(2)) for _ in range(2))
    shape = np.maximum(np.rint(span + before + after), 6).astype(int)
    return (int(shape[0]), int(shape[1])), (corners - low + before).astype(np.float32)


def _tone(plate: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the plate in its light: brightness of paper and ink, a gradient, a little dirt."""
    import cv2

    ink = rng.uniform(10, 75)
    paper = rng.uniform(ink + 60, 255)
    lit = ink + plate / 255.0 * (paper - ink)
    dirt = cv2.resize(rng.normal(1.0, 0.06, (3, 12)).astype(np.float32), plate.shape[::-1])
    return lit * dirt


def _paste(
    plate: NDArray[np.float32], corners: NDArray[np.float32], size: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw the plate into a piece of bodywork, at twice the size and then averaged as a sensor does."""
    import cv2

    wide, high = size[0] * 2, size[1] * 2
    body = cv2.resize(rng.uniform(5, 235) * rng.uniform(0.6, 1.2, (3, 2)).astype(np.float32), (wide, high))
    if rng.random() < 0.6:
        edge = int(rng.integers(0, high))
        body[edge:] *= rng.uniform(0.3, 1.3)
    scale = max(1.0, plate.shape[1] / (2 * np.ptp(corners[:, 0]) + 1))
    plate = cv2.GaussianBlur(plate, (0, 0), 0.45 * scale) if scale > 1.2 else plate
    h, w = plate.shape
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners * 2)
    mask = cv2.warpPerspective(np.ones_like(plate), matrix, (wide, high))
    drawn = cv2.warpPerspective(plate, matrix, (wide, high))
    return cv2.resize(drawn + body * (1 - mask), size, interpolation=cv2.INTER_AREA)


def _camera(picture: NDArray[np.float32], rng: np.random.Generator, night: bool) -> NDArray[np.float32]:
    """Apply what a camera does: defocus, motion, exposure, noise, JPEG."""
    import cv2

    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.2, 0.9))
    if rng.random() < 0.3:
        picture = cv2.blur(picture, (int(rng.integers(2, 4)), 1))
    gain = rng.uniform(0.12, 0.6) if night else rng.uniform(0.6, 1.25)
    picture = picture * gain + rng.normal(0, rng.uniform(0.5, 9.0), picture.shape)
    picture = np.clip(picture, 0, 255)
    if rng.random() < 0.6:
        quality = int(rng.integers(45, 96))
        _, data = cv2.imencode(".jpg", picture.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.float32)
    return picture


def targets(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return (n, 6) rows in the alphabet for the places after the region code."""
    return np.array([[ALPHABET.index(char) for char in text[2:]] for text in texts], dtype=np.int64)


def batches(seed: int, size: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Yield batches for ever: (size, 1, 32, 160) float32 pictures and (size, 6) targets.

    Widths are log-uniform around 110 px, from 30 to 250; a fifth is night. The first 20,000 crops grow from easy to
    hard, since the net first has to find out where to look.
    """
    rng = stream(seed, "plate crops")
    made = 0
    while True:
        keys = _LEARN + seed * 100_000_000 + rng.integers(0, _POOL, size)
        texts = plates_of(keys).tolist()
        p_hard = 0.2 + 0.72 * min(1.0, made / 20_000)
        crops = [_one_crop(text, rng, p_hard) for text in texts]
        made += size
        yield np.stack([prepare(crop) for crop in crops]), targets(texts)


def _one_crop(text: str, rng: np.random.Generator, p_hard: float) -> NDArray[np.uint8]:
    width_px = float(np.exp(rng.triangular(np.log(30), np.log(110), np.log(250))))
    return synthetic_crop(text, width_px, rng, hard=rng.random() < p_hard, night=rng.random() < 0.2)


def train_reader(
    out: Path = SHIPPED,
    minutes: float = 8.0,
    seed: int = 0,
    start: Path | None = None,
    extra: tuple[Sequence[NDArray[np.uint8]], Sequence[str]] | None = None,
    batch: int = 64,
    trial: int = 300,
) -> dict[str, float]:
    """Train a reader and write its weights.

    Args:
        out: where the weights go.
        minutes: how long to train; the rate follows a cosine over this time.
        seed: of the crops and of the first weights.
        start: weights to go on from, else from nothing.
        extra: labelled crops of rendered footage; a third of each batch is taken from them.
        batch: pictures in a batch.
        trial: crops of each kind it is tried on afterwards.

    Returns:
        Share read whole on drawn crops never trained on, by kind (see :func:`evaluate`).
    """
    import torch

    torch.manual_seed(seed)
    net = PlateReader.load(start).net.train() if start else make_net()
    peak = 5e-4 if start else 2e-3
    net = net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.01)
    began, step = time.monotonic(), 0
    for pictures, wanted in _mixed(batches(seed, batch), extra, stream(seed, "plate extra")):
        share = (time.monotonic() - began) / (minutes * 60)
        if share >= 1:
            break
        rate = peak * min(1.0, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * share)) + 1e-6
        loss = _step(net, optimiser, rate, torch.from_numpy(pictures), torch.from_numpy(wanted))
        step += 1
        if step % 100 == 0:
            print(f"{share:6.1%} step {step} loss {loss:.3f}", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_state(net, out)
    return {"steps": step, **evaluate(PlateReader.load(out), trial)}


def _step(net: Any, optimiser: Any, rate: float, pictures: Any, wanted: Any) -> float:
    import torch

    for group in optimiser.param_groups:
        group["lr"] = rate
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
        logits = net(pictures)
    loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), wanted.flatten(), label_smoothing=0.02)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return float(loss.detach())


def _mixed(
    drawn: Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]],
    extra: tuple[Sequence[NDArray[np.uint8]], Sequence[str]] | None,
    rng: np.random.Generator,
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Replace a third of each batch by rendered crops, where there are any."""
    if extra is None or not len(extra[0]):
        yield from drawn
        return
    crops, wanted_extra = extra[0], targets(extra[1])
    for pictures, wanted in drawn:
        rows = rng.integers(0, len(crops), len(pictures) // 3)
        pictures[: len(rows)] = np.stack([prepare(crops[row]) for row in rows])
        wanted[: len(rows)] = wanted_extra[rows]
        yield pictures, wanted


def rendered_crops(
    dataset: Path, split: str, seed: int = 0, least_px_m: float = 70.0, copies: int = 4
) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Return loose crops (h, w, 3) of a data set's fully visible plates, and their texts.

    Args:
        dataset: a folder that ``vision.dataset`` wrote.
        split: ``train`` or ``val``.
        seed: of the error a detector's box would have: 5 % of the width, 12 % of the height.
        least_px_m: plates at a lower density are left out; nobody could read them.
        copies: crops of each plate, each with an error of its own.
    """
    rng = stream(seed, "plate boxes")
    crops: list[NDArray[np.uint8]] = []
    texts: list[str] = []
    for image, truth, _ in labelled_frames(dataset, split):
        for row in np.flatnonzero((truth.cls == Look.PLATE) & (truth.visible >= 0.95)):
            if plate_density(truth, int(row)) < least_px_m:
                continue
            box = truth.box[row].astype(np.float64)
            size = np.tile(box[2:] - box[:2], 2)
            for _ in range(copies):
                crops.append(plate_crop(image, box + rng.normal(0, 1, 4) * size * [0.05, 0.12, 0.05, 0.12]))
                texts.append(str(truth.plate[row]))
    return crops, texts


def evaluate(reader: PlateReader, n: int = 300, seed: int = 1) -> dict[str, float]:
    """Return the share read whole: clean crops at 104 px, hard ones by day at 60 to 250 px, hard ones by night."""
    shares = {}
    for name, low, high, hard, night in (
        ("clean_104px", 104, 104, False, False), ("hard_60px", 60, 60, True, False), ("hard_80px", 80, 80, True, False),
        ("hard_104px", 104, 104, True, False), ("hard_104_250px", 104, 250, True, False),
        ("night_104_250px", 104, 250, True, True),
    ):  # fmt: skip
        rng = stream(seed, "plate trial", name)
        texts = plates_of(np.arange(n)).tolist()
        crops = [synthetic_crop(text, rng.uniform(low, high + 1e-6), rng, hard, night) for text in texts]
        read, _ = reader.read(crops)
        shares[name] = float(np.mean([a == b for a, b in zip(read, texts, strict=True)]))
    return shares
