"""Incidents of one category and the calls about them, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.schema import Category, NearRepeat
from twin.plates import plate_of
from twin.records import Channel, Service, Visual
from twin.streams import draw_u32, happens

Ints = NDArray[np.int64]
OWN_NUMBER = {
    Service.FIRE: Channel.PHONE_101,
    Service.POLICE: Channel.PHONE_102,
    Service.AMBULANCE: Channel.PHONE_103,
    Service.SECURITY: Channel.PHONE_112,
}


@dataclass(frozen=True)
class Batch:
    """Some incidents of one category; all columns have one row for each, those of calls one for each call.

    Attributes:
        service, category, priority, visible_ms: of all of them.
        t_ms, at_m: when and where.
        visual, on_scene_ms, transport, injured, level, plate: as in :class:`twin.records.Incident`.
        call_of, call_ms, channel: which incident each call is about, when it rings and how it comes in.
        carried: what a log said beside, for each call; () for nothing.
        scripted: placed, not drawn.
    """

    service: Service
    category: str
    priority: Sequence[int]
    visible_ms: int
    t_ms: Ints
    at_m: NDArray[np.float64]
    visual: Sequence[Visual]
    on_scene_ms: Ints
    transport: NDArray[np.bool_]
    injured: NDArray[np.bool_]
    level: Ints
    plate: Sequence[str]
    call_of: Ints
    call_ms: Ints
    channel: Sequence[Channel]
    carried: Sequence[str] = ()
    scripted: bool = False


def make_batch(
    seed: int, service: Service, name: str, category: Category, t_ms: Ints, at_m: NDArray[np.float64],
    rng: np.random.Generator, share_112: float | None, what: str = "",
) -> Batch:  # fmt: skip
    """Fill in what times and places leave open: work, callers, injuries, what a camera could see.

    Hashed draws are tied to ``what``, service, category and row; ``what`` tells a surge's incidents from the others of
    the category. ``share_112`` of the phone calls come by 112; None: not told apart.
    """
    n, tied_to = len(t_ms), f"{what}{service}/{name}"
    rows = np.arange(n)
    outdoors, carried = rng.random(n) < category.outdoors, rng.random(n) < category.transport
    on_scene = category.on_scene.duration().draw_ms(seed, f"on_scene/{tied_to}", rows)
    notice = category.notice.duration().draw_ms(seed, f"notice/{tied_to}", rows)
    visual = [category.visual if out else Visual.NONE for out in outdoors.tolist()]
    call_of, call_ms = calls_about(t_ms, notice, callers(category.callers, rng, n), rng)
    injured = happens(seed, f"injured/{tied_to}", category.injured, rows)
    bigger = happens(seed, f"second_alarm/{tied_to}", category.second_alarm, rows)
    listed = category.visual is Visual.LISTED_PLATE
    return Batch(
        service, name, [category.priority] * n, round(category.visible_min * 60_000), t_ms, at_m, visual, on_scene,
        carried, injured, 1 + bigger.astype(np.int64),
        [plate_of(int(draw_u32(seed, f"listed plate/{tied_to}", i))) if listed and v is not Visual.NONE else ""
         for i, v in enumerate(visual)] if listed else [""] * n,
        call_of, call_ms, channels(seed, tied_to, service, category.channel, share_112, len(call_ms)),
    )  # fmt: skip


def channels(seed: int, tied_to: str, service: Service, channel: str, share_112: float | None, n: int) -> list[Channel]:
    """Return how each of n calls comes in."""
    if channel != "phone" or share_112 is None:
        return [Channel(channel)] * n
    united = happens(seed, f"112/{tied_to}", share_112, np.arange(n)).tolist()
    return [Channel.PHONE_112 if one else OWN_NUMBER[service] for one in united]


def callers(mean: float, rng: np.random.Generator, n: int) -> Ints:
    """At least one caller, unless nobody ever calls."""
    return rng.poisson(mean - 1, n) + 1 if mean >= 1 else np.zeros(n, np.int64)


def calls_about(t_ms: Ints, notice_ms: Ints, count: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return for each call its incident's row and its time.

    The first call comes after the notice delay, the others after it at random, with the same mean delay.
    """
    call_of = np.repeat(np.arange(len(t_ms)), count)
    first = np.concatenate([[True], np.diff(call_of) > 0])[: len(call_of)]
    later = np.rint(rng.exponential(np.maximum(notice_ms[call_of], 1.0))).astype(np.int64)
    call_ms = t_ms[call_of] + notice_ms[call_of] + np.where(first, 0, later)
    order = np.lexsort((call_ms, call_of))
    return call_of, call_ms[order]


def with_repeats(
    t_ms: Ints, at_m: NDArray[np.float64], repeat: NearRepeat, until_ms: int, rng: np.random.Generator
) -> tuple[Ints, NDArray[np.float64]]:
    """Return incidents with those they draw, and those these draw in turn, by time.

    A branching process (Hawkes 1971): each draws a Poisson number, after an exponential time, at a Gaussian distance.
    """
    times, places = [t_ms], [at_m]
    while len(times[-1]):
        children = rng.poisson(repeat.expected, len(times[-1]))
        parent = np.repeat(np.arange(len(children)), children)
        after = rng.exponential(repeat.within_min * 60_000, len(parent)).astype(np.int64)
        at = places[-1][parent] + rng.normal(0.0, repeat.within_m, (len(parent), 2))
        lives = times[-1][parent] + after < until_ms
        times.append((times[-1][parent] + after)[lives])
        places.append(at[lives].round(2))
    every, where = np.concatenate(times), np.concatenate(places)
    order = np.argsort(every, kind="stable")
    return every[order], where[order]
