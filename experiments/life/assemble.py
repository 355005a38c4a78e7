"""Everything a run needs, read and checked before the clock starts: all wrong input shows here, and costs seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np

from agents.policy import Policy
from agents.policy_lookup import find_policy
from agents.settings import ResponseSettings
from agents.teams import TeamSpec
from agents.view import Known
from experiments.footage.spotlights import Spotlight, choose_spotlights
from experiments.life.false_alarm_words import false_alarm_words
from experiments.life.ground import Ground, ground_of
from experiments.request import RunRequest, Tell
from scenarios.call_log import log_day, read_call_log
from scenarios.demand import Day, Placed, draw_day
from scenarios.drone_file import Drones
from scenarios.expected import ExpectedRequests
from scenarios.fleet_file import fleet_path, read_fleet_file
from scenarios.injects import Doings, build_doings
from scenarios.origins import Origins
from scenarios.places import DrawnPlaces, NearestNode, districts_of
from scenarios.read import read_scenario, scenario_path
from scenarios.schema import Scenario
from scenarios.settings import response_settings
from scenarios.teams import Fleet, derived_posts, make_fleet
from scenarios.zones import zone_scenario, zone_teams
from sensors.alarms import AlarmRules
from sensors.cameras import CameraFleet, fleet_of, join_fleets
from sensors.default_fleet import default_fleet
from sensors.fitted import FITTED_FILE, FittedModel, check_weights
from sensors.fitted_load import load_fitted_load
from sensors.fleet_file import read_fleet
from sensors.stream_load import StreamLoad
from twin.city import City
from twin.city.heights import HeightRaster
from twin.errors import InputError
from twin.speeds import SpeedProfile, speed_profile
from twin.streets import StreetGraph
from twin.travel import Travel, travel_of


@dataclass(frozen=True)
class Assembly:
    """All parts of one run, fixed before its clock starts.

    Attributes:
        start: zoned timestamp of simulated time 0.
        fleet: all cameras, the spotlights last.
        spotlights: cameras whose footage is rendered, each with its scripted incident.
        hospitals: nodes patients are taken to.
        derived: what the city did not name and was derived, as sentences.
        known: what a policy may know beside the moment.
        doings: what is done to the run from outside.
        spots: where things can happen, kept for further days.
        load: what each camera meets at its recogniser server; None where there are as many as it takes.
        drones: of the fleet file, None where it has none.
    """

    request: RunRequest
    scenario: Scenario
    scenario_file: Path
    city: City
    graph: NearestNode
    travel: Travel
    heights: HeightRaster
    start: datetime
    fleet: CameraFleet
    spotlights: Sequence[Spotlight]
    rules: AlarmRules
    model: FittedModel
    day: Day
    teams: Sequence[TeamSpec]
    hospitals: Sequence[int]
    settings: ResponseSettings
    policy: Policy
    derived: Sequence[str]
    known: Known
    doings: Doings
    spots: DrawnPlaces
    load: StreamLoad | None
    drones: Drones | None = None


def assemble(
    request: RunRequest, tell: Tell, scenario: Scenario | None = None, injects: Sequence[Path | int] = ()
) -> Assembly:
    """Read and check everything.

    Args:
        request: what is asked for.
        tell: told of progress.
        scenario: the request's scenario with some inputs changed; None reads it as it stands.
        injects: where the injects behind that scenario's own come from: files, and numbers of those from none.

    Raises:
        InputError: anything asked for is missing or wrong.
    """
    scenario = scenario or read_scenario(request.scenario)
    policy, speeds = find_policy(request.policy or scenario.policy), speed_profile(scenario.speed_profile)
    tell("city, streets, heights", 0.0)
    ground = ground_of(request.city, scenario.speed_profile, request.fitted or FITTED_FILE)
    city, graph, heights, rules, model = ground.city, ground.graph, ground.heights, ground.rules, ground.model
    if ground.region is not None:
        scenario = zone_scenario(scenario, ground.region)
    start = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    tell("cameras and teams", 0.0)
    base = _fleet(request, scenario, city)
    spotlights = choose_spotlights(city, scenario, request.seed)
    fleet = join_fleets(base, [spotlight.camera for spotlight in spotlights])
    placed = [Placed(s.script, s.x_m, s.y_m, s.plate) for s in spotlights]
    load, of_load = _load(scenario, fleet, model)
    teams, of_teams = _teams(request, scenario, ground)
    hospitals, derived = _hospitals(city, graph, [team.post_node for team in teams.teams])
    derived += [_driving(ground, speeds)]
    derived += of_teams + of_load + false_alarm_words(scenario, model)
    wanted = len(scenario.spotlights.incidents)
    if len(spotlights) < wanted:
        derived += [f"{len(spotlights)} of {wanted} spotlight cameras found a junction where a pole has a view"]
    origins = Origins(scenario_path(request.scenario), *injects)
    drone_names = [spec.id for spec in teams.drones.specs] if teams.drones is not None else []
    doings = build_doings(city, graph, scenario, request.seed, teams.teams, fleet, origins, drone_names)
    tell("incidents and calls", 0.0)
    day, told = _day(request, city, graph, scenario, placed, ground.spots)
    derived += told
    travel = ground.region.travel(start) if ground.region else travel_of(city, speeds, start, doings.overlays)
    make_ready(travel, scenario.duration_ms)
    return Assembly(
        request=request,
        scenario=scenario,
        scenario_file=scenario_path(request.scenario),
        city=city,
        graph=graph,
        travel=travel,
        heights=heights,
        start=start,
        fleet=fleet,
        spotlights=spotlights,
        rules=rules,
        model=model,
        day=day,
        teams=teams.teams,
        hospitals=hospitals,
        settings=response_settings(scenario, city, len(fleet), rules.verification),
        policy=policy,
        derived=derived,
        known=Known(teams.posts, districts_of(city), ExpectedRequests(city, graph, scenario, ground.spots)),
        doings=doings,
        spots=ground.spots,
        load=load,
        drones=teams.drones,
    )


def _day(
    request: RunRequest,
    city: City,
    graph: NearestNode,
    scenario: Scenario,
    placed: Sequence[Placed],
    spots: DrawnPlaces,
) -> tuple[Day, list[str]]:
    """The day as drawn, or as a call log has it, with what is to be said of it."""
    if request.calls is None:
        return draw_day(city, graph, scenario, request.seed, placed, spots), []
    log = read_call_log(request.calls, city, scenario)
    day, told = log_day(city, graph, scenario, request.seed, log, request.calls_mode, placed)
    return day, [told]


def _teams(request: RunRequest, scenario: Scenario, ground: Ground) -> tuple[Fleet, list[str]]:
    """The teams of the region, of a fleet file, or as many as the residents ask for; with what is to be said of it."""
    path = fleet_path(request.fleet, scenario, scenario_path(request.scenario))
    if ground.region is not None:
        if path is not None:
            raise InputError(f"take the fleet {path}", "a region of zones names its teams in its own posts.csv")
        return zone_teams(ground.region), []
    graph = cast(StreetGraph, ground.graph)
    if path is not None:
        return read_fleet_file(path, ground.city, graph, scenario)
    fleet = make_fleet(ground.city, graph, scenario)
    return fleet, derived_posts(fleet)


def make_ready(travel: Travel, duration_ms: int) -> None:
    """Let what answers for each period of a run be made now: a policy is not to be kept waiting for it."""
    for period in sorted({travel.period_at(t_ms) for t_ms in range(0, duration_ms, 60_000)}):
        nodes = np.arange(min(2, travel.node_count), dtype=np.int64)
        travel.many_to_one_ms(nodes, 0, period)
        travel.one_to_many_ms(0, nodes, period)
        travel.quickest_to(nodes, 0, period)
        travel.cheapest_from(0, nodes, np.zeros_like(nodes), period)


def another_day(parts: Assembly, seed: int) -> Assembly:
    """Return the same parts with the day of another seed."""
    placed = [Placed(s.script, s.x_m, s.y_m, s.plate) for s in parts.spotlights]
    request = replace(parts.request, seed=seed)
    day, _ = _day(request, parts.city, parts.graph, parts.scenario, placed, parts.spots)
    return replace(parts, request=request, day=day)


def another_policy(parts: Assembly, policy: str) -> Assembly:
    """Return the same parts under another policy, new and without memory.

    Raises:
        InputError: there is no such policy.
    """
    return replace(parts, request=replace(parts.request, policy=policy), policy=find_policy(policy))


def _fleet(request: RunRequest, scenario: Scenario, city: City) -> CameraFleet:
    if request.cameras is not None:
        return read_fleet(request.cameras, city.crs, city.bounds_m, city.buildings)
    street_km = float(city.streets.loc[city.streets["drive"], "length_m"].sum()) / 1000
    if not street_km:
        return fleet_of([])  # a region of zones has no streets to hang cameras on
    count = min(scenario.cameras.at_most, max(1, round(scenario.cameras.per_street_km.value * street_km)))
    return default_fleet(city, count, seed=0)


def _load(scenario: Scenario, fleet: CameraFleet, model: FittedModel) -> tuple[StreamLoad | None, list[str]]:
    """What cameras meet at their recogniser servers, with what is to be said of it."""
    servers = scenario.cameras.recognisers.servers()
    if servers is None or not len(fleet):
        return None, []
    fitted = load_fitted_load()
    check_weights(model, fitted.weights_sha256)
    load = StreamLoad.of(fleet, servers, fitted)
    most = int(load.streams.max())
    lost = load.curves[most].lost_share
    return load, [
        f"recognisers: up to {most} cameras a server, which loses {lost:.1%} of their frames, by the fitted load model "
        f"measured on {fitted.machine}"
    ]


def _driving(ground: Ground, speeds: SpeedProfile) -> str:
    if ground.region is not None:
        return f"driving: {ground.city.manifest['real']}; {ground.city.manifest['synthetic']}"
    return f"driving, {speeds.name}: {speeds.assumption.strip()}"


def _hospitals(city: City, graph: NearestNode, posts: Sequence[int]) -> tuple[list[int], list[str]]:
    own = city.places[city.places["kind"] == "hospital"]
    if len(own):
        nodes = graph.nearest_node(own.geometry.x.to_numpy(), own.geometry.y.to_numpy())
        return sorted({int(node) for node in nodes}), []
    return [posts[0]], ["the city names no hospital: the first ambulance post stands for one"]
