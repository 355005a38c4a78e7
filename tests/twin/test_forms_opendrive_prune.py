"""Turns taken out of an OpenDRIVE file: no road, connection, light or controller is spoken of that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from twin.city.forms.opendrive_prune import rewrite

LIGHT = """<signal id="{0}" s="0" t="0" name="signal:{0}" dynamic="yes" orientation="none" type="1000001">
    <validity fromLane="0" toLane="0"/>
    <positionInertial x="5.00" y="7.00" z="0.00"/>
</signal>
"""
MADE = f"""<?xml version="1.0"?>
<!-- generated on 2026-01-02 03:04:05 by netconvert -->
<OpenDRIVE>
    <header revMajor="1" date="2026-01-02T03:04:05"/>
<road name=":a_0" length="9.00" id="10" junction="1">
    <signals>
    <signalReference id="8" s="0.00" t="0.00" orientation="-"/>
    {LIGHT.format(5)}{LIGHT.format(6)}    </signals>
</road>
<road name=":a_1" length="8.00" id="11" junction="1">
    <signals>
    <signalReference id="5" s="1.50" t="0.25" orientation="+"/>
    {LIGHT.format(8)}    </signals>
</road>
<road name=":a_2" length="7.00" id="12" junction="1">
    <signals>
    <signalReference id="5" s="0.00" t="0.00" orientation="-"/>
    </signals>
</road>
<controller name="crtl5" id="5" sequence="0">
    <control signalId="5" type=""/>
    <control signalId="6" type=""/>
</controller>
<controller name="crtl6" id="6" sequence="0">
    <control signalId="6" type=""/>
</controller>
<junction name="a" id="1">
    <connection id="0" incomingRoad="1" connectingRoad="10" contactPoint="start">
        <laneLink from="-1" to="-1"/>
    </connection>
    <connection id="1" incomingRoad="1" connectingRoad="11" contactPoint="start">
        <laneLink from="-1" to="-1"/>
    </connection>
</junction>
</OpenDRIVE>
"""


def pruned(folder: Path, *without: str) -> str:
    (folder / "made").write_text(MADE)
    rewrite(folder / "made", folder / "out", without)
    return (folder / "out").read_text()


def all_of(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text)


def test_a_light_on_a_road_that_goes_stands_on_the_next_that_refers_to_it(tmp_path: Path) -> None:
    text = pruned(tmp_path, "10")
    assert all_of(r'<road [^>]* id="(\d+)"', text) == ["11", "12"]
    assert all_of(r'connectingRoad="(\d+)"', text) == ["11"]
    assert all_of(r'<signal id="(\d+)"', text) == ["5", "8"]
    assert '<signal id="5" s="1.50" t="0.25" name="signal:5" dynamic="yes" orientation="+"' in text
    assert text.count('<positionInertial x="5.00" y="7.00" z="0.00"/>') == 2
    assert all_of(r'<signalReference id="(\d+)"', text) == ["5"]


def test_a_light_that_no_road_is_left_for_goes_with_its_controller(tmp_path: Path) -> None:
    text = pruned(tmp_path, "10")
    assert all_of(r'<controller name="(\w+)"', text) == ["crtl5"]
    assert all_of(r'signalId="(\d+)"', text) == ["5"]
    assert text.count("</controller>") == 1


def test_without_anything_to_take_out_only_the_hour_of_making_goes(tmp_path: Path) -> None:
    text = pruned(tmp_path)
    assert text == MADE.replace("generated on 2026-01-02 03:04:05", "generated").replace(
        "2026-01-02T03:04:05", "1970-01-01T00:00:00"
    )
