"""The model card: what the twin is for, what it assumes and where it breaks down, made from what the program uses.

The headings are those of STRESS-DES (Monks, Currie, Onggo, Robinson, Kunc and Taylor, Journal of Simulation 13, 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from experiments.provenance import git_commit, versions
from experiments.statistics.paired import CONFIDENCE, PILOT
from experiments.trials.cases import TAIL_MS
from experiments.trials.figures import METRICS
from experiments.trials.recogniser_part import measured_sentence
from experiments.validation.validate import CALIBRATION, THEORY, Check
from reports.norms import load_norms
from scenarios.assumptions import assumptions
from scenarios.read import read_scenario
from sensors.alarms import load_alarm_rules
from sensors.fitted import FittedModel, load_fitted
from sensors.fitted_load import load_fitted_load
from twin.records import Ending, Service
from twin.runfolder import write_whole

FAILED = {THEORY: "A check fails", CALIBRATION: "A fitted model is further off than is asked for"}
Section = tuple[str, list[str]]


def write_card(path: Path, checks: Sequence[Check], scenario: str) -> Path:
    """Write the card as Markdown, or as a page where the file's name ends in ``.html``."""
    sections = card(checks, scenario)
    text = _html(sections) if path.suffix == ".html" else _markdown(sections)
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))
    return path


def card(checks: Sequence[Check], name: str) -> list[Section]:
    """Return the card's sections, each with its lines.

    Args:
        checks: from :func:`experiments.validation.validate.validate`.
        name: of the scenario whose inputs are told.
    """
    scenario, model, norms = read_scenario(name), load_fitted(), load_norms()
    verification = load_alarm_rules().verification
    told = assumptions(scenario)
    assumed = [line for line in told if ": assumed" in line]
    return [
        ("1 Objectives", [
            "Purpose: to put camera plans, dispatch policies and recognisers on trial in one simulated city.",
            "Outputs: " + "; ".join(f"{metric} ({words})" for metric, words in METRICS.items()) + ".",
            "Aims: differences between policies over the same days, with intervals; it forecasts no real day.",
        ]),
        ("2 Logic", [
            "Entities: incidents; calls and camera alarms about them or about nothing; requests they are joined into.",
            f"Resources: operators, verifiers of alarms, teams of {', '.join(map(str, Service))}, hospitals.",
            "Queues: calls for an operator, by priority and then age; alarms for a verifier, likewise; requests for a "
            "team, in the order the policy chooses; crews for a hospital's bay where bays are limited.",
            f"Every call and alarm ends in exactly one of: {', '.join(map(str, Ending))}.",
            "Algorithms: travel by shortest time on the street graph; a policy decides, and is never overruled.",
        ]),
        ("3 Data", [
            *told,
            f"fitted camera model: {model.fitted_on}",
            f"verification of alarms, as of {verification.as_of}: {verification.source}",
            f"response norms, checked {norms.checked}: " + "; ".join(sorted({norm.issuer for norm in norms.norms})),
        ]),
        ("4 Experimentation", [
            "Start: all teams at their posts and free; there is no warm-up, since a shift begins so.",
            f"Judged: incidents noticed at least {TAIL_MS // 60_000} minutes before the end (assumed).",
            f"Days are drawn once and frozen (common random numbers); {CONFIDENCE:.0%} paired t intervals, Holm over "
            f"several, Stein's two-stage rule from a pilot of at least {PILOT} days for a half-width, KN to select.",
        ]),
        ("5 Implementation", [
            "Software: " + ", ".join(f"{package} {version}" for package, version in versions().items()) + ".",
            "Random numbers: PCG64 streams keyed by seed and purpose; hashed draws tied to calls, cameras and teams.",
            "Execution: events in integer milliseconds; the same bytes with any number of workers.",
        ]),
        ("6 Code", [f"AGPL-3.0-or-later, commit {git_commit() or 'unknown'}."]),
        ("What is assumed", assumed or ["nothing"]),
        ("Where it breaks down", breakdown(checks, model)),
        ("What it was held against", [_checked(check) for check in checks]),
    ]  # fmt: skip


def breakdown(checks: Sequence[Check], model: FittedModel) -> list[str]:
    """Return the regimes in which its figures should not be used."""
    reach = "; ".join(
        f"{rule} from {fit.height_px.low:g} to {fit.height_px.high:g} px high"
        for rule, fit in sorted(model.hazards.items())
    )
    failed = [f"{FAILED[check.part]}: {check.name} ({check.source})." for check in checks if not check.ok]
    return [
        *failed,
        "Beyond saturation (more work than teams) waits grow with the run, and means tell of its length.",
        "Rare services (fires, security) have few incidents a day: read their intervals, not their means.",
        f"The camera model holds for {reach}; smaller objects are never seen, larger ones as well as the largest.",
        "A recogniser is short only where a scenario or a ramp says how many servers there are. "
        + measured_sentence(load_fitted_load()),
        "Traffic does not react to teams, and crews do not tire; demand does not react to how well it is met.",
        "Calls are not known to the minute for any real day of Tashkent, so no run was held against a real one.",
    ]


def _checked(check: Check) -> str:
    p = "" if check.p is None else f", p {check.p:.2f} after Holm"
    verdict = "holds" if check.ok else "FAILS"
    return (
        f"{check.name}: theory {check.expected:.4g}, ours {check.found:.4g} {check.unit}{p} ({check.source}): {verdict}"
    )


def _markdown(sections: Sequence[Section]) -> str:
    parts = ["# Model card"]
    for title, lines in sections:
        parts.append(f"\n## {title}\n" + "\n".join(f"- {line}" for line in lines))
    return "\n".join(parts) + "\n"


def _html(sections: Sequence[Section]) -> str:
    from reports.trial_page import TEMPLATES

    css = (TEMPLATES / "report.css").read_text("utf-8")
    body = "".join(
        f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for title, lines in sections
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Model card</title><style>{css}</style>'
        "</head>"
        f"<body><header><h1>Model card</h1></header><main>{body}</main></body></html>\n"
    )
