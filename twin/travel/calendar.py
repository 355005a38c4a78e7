"""From simulated time to the period in force: the local week, and which overlays hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from twin.overlays import Overlay
from twin.speeds import SpeedProfile

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_MINUTE: Final = 3 * 24 * 60  # it was a Thursday
_QUARTER_MIN: Final = 15


class Calendar:
    """Numbers the periods of a run.

    A period is ``row of overlays in force x speed periods + speed period``; without overlays it is the speed period.

    Attributes:
        profile: whose week it is.
        start: what 0 ms means.
        zone: whose local time the week goes by; changes to and from summer time are followed.
    """

    def __init__(
        self, profile: SpeedProfile, start: datetime, overlays: Sequence[Overlay] = (), zone: ZoneInfo | None = None
    ) -> None:
        """Bind a profile to a start.

        Args:
            profile: speeds by period.
            start: the start of the run.
            overlays: each with the simulated time it holds for.
            zone: the city's time zone; None is the zone of the start.

        Raises:
            ValueError: ``start`` has no time zone.
        """
        if start.tzinfo is None or start.utcoffset() is None:
            raise ValueError(f"the start {start} has no time zone; give one, such as ZoneInfo('Asia/Tashkent')")
        self.profile, self.start, self.zone = profile, start, zone or start.tzinfo
        self._start_ms = (start - _EPOCH) // timedelta(milliseconds=1)
        self._offset_min: dict[int, int] = {}
        self._last = (-1, 0)  # a minute, and its period where that depends on nothing else
        bounds = {t for overlay in overlays for t in (overlay.from_ms, overlay.until_ms) if t is not None}
        self._changes = sorted(bounds)
        inside = [self._changes[0] - 1 if bounds else 0, *self._changes]
        held = [tuple(overlay for overlay in overlays if overlay.holds_at(t_ms)) for t_ms in inside]
        self._rows: list[tuple[Overlay, ...]] = [()]
        self._row_after: list[int] = []
        for row in held:
            if row not in self._rows:
                self._rows.append(row)
            self._row_after.append(self._rows.index(row))

    def period_at(self, t_ms: int) -> int:
        """Return the period in force at a simulated time."""
        minute = (self._start_ms + t_ms) // 60_000
        if minute == self._last[0]:
            return self._last[1]
        quarter = minute // _QUARTER_MIN
        offset_min = self._offset_min.get(quarter)
        if offset_min is None:
            local = datetime.fromtimestamp(quarter * _QUARTER_MIN * 60, self.zone)
            offset_min = (local.utcoffset() or timedelta(0)) // timedelta(minutes=1)
            self._offset_min[quarter] = offset_min
        speed = self.profile.period_of_minute(minute + offset_min + _EPOCH_MINUTE)
        if len(self._rows) == 1:  # nothing is ever laid over the streets
            self._last = (minute, speed)
            return speed
        row = self._row_after[bisect_right(self._changes, t_ms)]
        return row * len(self.profile.periods) + speed

    def periods_between(self, from_ms: int, until_ms: int) -> list[int]:
        """Return the periods that hold at some time from ``from_ms`` to before ``until_ms``, lowest first."""
        minutes = range(from_ms, until_ms, 60_000)
        changes = [t_ms for t_ms in self._changes if from_ms <= t_ms < until_ms]
        return sorted({self.period_at(t_ms) for t_ms in (*minutes, *changes, until_ms - 1)})

    @property
    def period_count(self) -> int:
        """Periods are 0 to ``period_count - 1``; not each of them need ever hold."""
        return len(self._rows) * len(self.profile.periods)

    def speed_period(self, period: int) -> int:
        """Return the index into ``profile.periods``."""
        return period % len(self.profile.periods)

    def overlays(self, period: int) -> tuple[Overlay, ...]:
        """Return the overlays in force."""
        return self._rows[period // len(self.profile.periods)]
