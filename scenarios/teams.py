"""The teams of a scenario in a city: how many for its residents, and at which posts."""

from __future__ import annotations

from dataclasses import dataclass

from agents.teams import TeamSpec
from scenarios.posts import Posts, find_posts
from scenarios.schema import Scenario
from twin.city import City
from twin.streets import StreetGraph


@dataclass(frozen=True)
class Fleet:
    """All teams, and which services wait at derived posts."""

    teams: list[TeamSpec]
    derived: list[str]


def make_fleet(city: City, graph: StreetGraph, scenario: Scenario) -> Fleet:
    """Return each service's teams, dealt round its posts in turn; at least one team a service."""
    teams: list[TeamSpec] = []
    derived: list[str] = []
    for service, spec in scenario.teams.items():
        hundred_thousands = city.residents / 100_000
        count = max(1, round(spec.per_100k_residents.value * hundred_thousands))
        posts = find_posts(
            city, graph, spec.posts, min(count, round(spec.posts_per_100k_residents * hundred_thousands))
        )
        teams += [TeamSpec(f"{service}-{i + 1:02d}", service, node) for i, node in enumerate(_dealt(posts, count))]
        derived += [service] if posts.inferred else []
    return Fleet(teams, derived)


def _dealt(posts: Posts, count: int) -> list[int]:
    """Spread over the posts, every post once before any twice; with fewer teams than posts, evenly along the list."""
    n = len(posts.node)
    if count >= n:
        return [int(posts.node[i % n]) for i in range(count)]
    return [int(posts.node[i * n // count]) for i in range(count)]
