"""The figures of a plan as lines for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.placement_trial import difference_words, rule_words


def told(content: Mapping[str, Any], out: Path) -> list[str]:
    """Return the plan, its bound, the curve, the phases, the classes and the dwellings in view."""
    return [
        *_head(content), "", *_classes(content), "", *_curve(content), *_phases(content), "", *_failing(content), "",
        *_trial(content),
        f"plan: {out / 'plan.geojson'}   page: {out / 'place.html'}",
    ]  # fmt: skip


def _head(content: Mapping[str, Any]) -> list[str]:
    plan, objective, new = content["plan"], content["objective"], content["privacy"]["newly_in_view"]
    lines = [
        f"{plan['cameras']:,} cameras for {content['area']['name']} ({content['area']['km2']:.1f} km2), "
        f"{plan['price']:,.0f} {plan['currency']} ({content['prices']['source'].partition(';')[0]})",
        f"objective: {objective['words']}",
        f"{objective['unit']}: {plan['already']:.2%} seen before, {plan['already'] + plan['value']:.2%} after",
        f"no plan of this budget adds more than {plan['bound']:.2%} ({plan['bound_by']} bound); this one adds "
        f"{plan['value']:.2%}: proven within {plan['gap']:.2%} of the best",
        f"dwellings newly in view: {new['detect']:,} at «detect», {new['recognise']:,} at «recognise»",
    ]
    if plan["must_seen"] is not None:
        lines.append(
            f"must-see zones: {plan['must_seen']:.1%} of their open ground seen; {plan['must']} cameras chosen for "
            "them first, and the bound holds for plans that have these"
        )
    return lines


def _classes(content: Mapping[str, Any]) -> list[str]:
    before, after = content["privacy"]["before"]["in_view"], content["privacy"]["after"]["in_view"]
    head = f"{'class':<12}{'px/m':>6}{'before':>9}{'after':>9}{'km2 after':>11}"
    lines = [head + f"{'dwellings in view, before':>27}{'after':>9}"]
    for row in content["classes"]:
        name = row["name"]
        lines.append(
            f"{name:<12}{row['px_per_m']:>6g}{row['before']['share']:>9.2%}{row['after']['share']:>9.2%}"
            f"{row['after']['km2']:>11.3f}{before[name]:>27,}{after[name]:>9,}"
        )
    return [*lines, f"(shares of the weighted ground; {content['objective']['edition']})"]


def _curve(content: Mapping[str, Any]) -> list[str]:
    price = f"price, {content['plan']['currency']}"
    lines = [f"{'cameras':>8}{price:>14}{'adds':>9}{'no plan adds more than':>24}{'dwellings newly in view':>25}"]
    for point in content["curve"]:
        if point["newly_in_view"] is not None:
            bound = "" if point["bound"] is None else f"{point['bound']:.2%}"
            homes = point["newly_in_view"]["detect"]
            bought = f"{point['cameras']:>8,}{point['price']:>14,.0f}{point['value']:>9.2%}"
            lines.append(f"{bought}{bound:>24}{homes:>25,}")
    return lines


def _phases(content: Mapping[str, Any]) -> list[str]:
    if len(content["phases"]) < 2:
        return []
    currency = content["plan"]["currency"]
    price = f"price, {currency}"
    head = (
        f"{'phase':>8}{'cameras':>9}{'adds':>9}{'no plan adds more than':>24}{'dwellings newly in view':>25}{price:>14}"
    )
    lines = ["", head]
    for row in content["phases"]:
        bound = "" if row["bound"] is None else f"{row['bound']:.2%}"
        seen = f"{row['phase']:>8}{row['cameras']:>9,}{row['value']:>9.2%}{bound:>24}"
        lines.append(f"{seen}{row['newly_in_view']['detect']:>25,}{row['price']:>14,.0f}")
    return [*lines, "(each phase holds the ones before it)"]


def _failing(content: Mapping[str, Any]) -> list[str]:
    failing = content["failing"]
    rows = [row for row in failing["shares"] if row["cameras"]]
    shares = ", ".join(f"{row['left_together']:.0%} with {row['cameras']:,} out ({row['share']:.0%})" for row in rows)
    lines = [f"of what is seen stays, when cameras fail: {shares}"] if rows else []
    if failing["centres"]:
        worst = failing["centres"][0]
        lines.append(
            f"worst data centre to lose: {worst['name']} ({worst['cameras']:,} cameras), {worst['left']:.0%} stays"
        )
    return lines


def _trial(content: Mapping[str, Any]) -> list[str]:
    """What the plan bought on trial, at each notice delay."""
    if "trial" not in content:
        return []
    trial = content["trial"]
    lines = [f"{trial['title']}, {trial['days']} days lived with and without the plan; {rule_words(trial['rule'])}"]
    for variant in trial["variants"]:
        lines.append(
            f"people's notice delay {variant['notice']}: {variant['judged']:,.0f} incidents of the area judged, "
            f"{variant['visible']:,.0f} of them in the open"
        )
        lines += [f"  {row['words']:<52}{difference_words(row)}" for row in variant["figures"]]
    return [*lines, ""]
