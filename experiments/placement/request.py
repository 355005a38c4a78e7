"""What a planner asks for, with what can be found wrong before any file is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sensors.optics import DORI_CLASSES
from twin.errors import unknown_name

OBJECTIVES: Final[Mapping[str, str]] = {
    "coverage": "weighted ground seen, class by class",
    "failures": "weighted ground seen, expected when each camera is out of order for a share of the time",
    "walks": "walks through the area that some camera sees",
    "drives": "drives through the area that some camera sees",
    "incidents": "incidents in the open that some camera's recogniser raises the alarm about, by the fitted model",
    "plates": "traffic whose plates some camera's recogniser reads, by the fitted model",
    "fair": "weighted ground seen, the worst served tenth of the mahallas first",
}
OF_SCENARIO: Final = ("incidents", "plates")
"""Objectives that take rates or light from a scenario."""
EFFORTS: Final = ("greedy", "quick", "usual", "thorough")
DISTRICT_POSES: Final = 200_000
DEFAULT_CELL_M: Final = 2.0


@dataclass(frozen=True)
class PlaceRequest:
    """One plan as asked for.

    Attributes:
        city: folder of a built city; None is the default city.
        budget: cameras; None with ``money``.
        money: what they may cost together, in the currency of the options; None: no limit.
        area: district, mahalla or polygon file; None is the whole city.
        existing: GeoJSON of the cameras there are; None: none.
        candidates: GeoJSON of poses with prices; None generates them.
        options: mounts, cameras and prices, YAML; None are those shipped.
        watched: ground and weights, YAML; None are those shipped.
        forbidden, must_see: GeoJSON polygons.
        objective: one of ``OBJECTIVES``.
        class_weights: what each class of picture adds; {} as the watched ground says.
        at_least: class a picture must have to count as a sighting in ``walks`` and ``drives``.
        available: share of the time that a camera works, for ``failures``.
        privacy_cost: value taken off for each thousand dwellings in view, in percent of all there is to see.
        privacy_limit: dwellings in view of the new cameras, each camera's counted, at most; None: no limit.
        privacy_class: from which class on a dwelling counts as in view for cost and limit.
        phases: numbers of cameras after which the plan is a plan of its own, ascending.
        cell_m: side of a cell of demand.
        poses: candidate poses at most.
        on_one_mount: cameras at most on one mount.
        walks: how many are sampled.
        effort: one of ``EFFORTS``.
        seed: of what is sampled.
        scenario: whose rates of incidents are taken.
        command: how the user asked, for the report.
        unread: sentences on what the user asked that could not be read.
    """

    out: Path
    city: str | None = None
    budget: int | None = None
    money: float | None = None
    area: str | None = None
    existing: Path | None = None
    candidates: Path | None = None
    options: Path | None = None
    watched: Path | None = None
    forbidden: Path | None = None
    must_see: Path | None = None
    objective: str = "coverage"
    class_weights: Mapping[str, float] = field(default_factory=dict)
    at_least: str = "observe"
    available: float = 0.95
    privacy_cost: float = 0.0
    privacy_limit: int | None = None
    privacy_class: str = "recognise"
    phases: tuple[int, ...] = ()
    cell_m: float = DEFAULT_CELL_M
    poses: int = DISTRICT_POSES
    on_one_mount: int = 3
    walks: int = 4000
    effort: str = "usual"
    seed: int = 1
    scenario: str = "friday_evening"
    command: str = ""
    unread: tuple[str, ...] = ()

    def faults(self) -> list[str]:
        """Return what is wrong with it, as far as that can be told before any file is opened."""
        return [*self.unread, *self._faults()]

    def _faults(self) -> Iterator[str]:
        if self.budget is None and self.money is None:
            yield "give --budget N (cameras) or --money X, or both"
        if self.budget is not None and self.budget < 1:
            yield f"--budget {self.budget}: at least 1 camera would work"
        if self.money is not None and not 0 < self.money < float("inf"):
            yield f"--money {self.money:g}: more than 0 would work"
        if self.objective not in OBJECTIVES:
            yield unknown_name("objective", self.objective, list(OBJECTIVES))
        if self.effort not in EFFORTS:
            yield unknown_name("effort", self.effort, list(EFFORTS))
        for option, name in (("--at-least", self.at_least), ("--privacy-class", self.privacy_class)):
            if name not in DORI_CLASSES[1:]:
                yield f"{option}: {unknown_name('class of picture', name, DORI_CLASSES[1:])}"
        if self.objective == "fair" and self.privacy_cost:
            yield "--privacy-cost is no share of a mahalla's ground; with --objective fair, --privacy-limit would work"
        yield from self._number_faults()
        yield from self._phase_faults()

    def _number_faults(self) -> Iterator[str]:
        if not 0 < self.available <= 1:
            yield f"--available {self.available:g}: a share above 0 and at most 1 would work"
        if not 0.5 <= self.cell_m <= 50:
            yield f"--cell {self.cell_m:g}: 0.5 to 50 metres would work"
        if not 0 <= self.privacy_cost < float("inf"):
            yield f"--privacy-cost {self.privacy_cost:g}: 0 or more would work"
        if self.privacy_limit is not None and self.privacy_limit < 0:
            yield f"--privacy-limit {self.privacy_limit}: 0 or more dwellings would work"
        for option, number in (("--poses", self.poses), ("--on-one-mount", self.on_one_mount), ("--walks", self.walks)):
            if number < 1:
                yield f"{option} {number}: at least 1 would work"

    def _phase_faults(self) -> Iterator[str]:
        if any(phase < 1 for phase in self.phases) or list(self.phases) != sorted(set(self.phases)):
            yield f"--phases {','.join(map(str, self.phases))}: rising numbers would work, such as 50,100,200"
        elif self.phases and self.budget is not None and self.phases[-1] > self.budget:
            yield f"--phases end at {self.phases[-1]} cameras, above the budget of {self.budget}"
