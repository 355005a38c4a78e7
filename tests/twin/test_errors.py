"""Faults speak to users."""

from __future__ import annotations

from pathlib import Path

from twin.errors import Fault, InputError, MissingPart, unknown_name


def test_all_faults_with_file_and_line():
    fault = InputError("read the fleet", [Fault("height_m -3: above 0 works", 7), Fault("no id")], Path("f.geojson"))
    assert str(fault).splitlines() == [
        "cannot read the fleet:",
        "  f.geojson:7: height_m -3: above 0 works",
        "  f.geojson: no id",
    ]


def test_an_error_survives_being_rebuilt_from_its_args():
    """SimPy does that with every exception that crosses a process."""
    for fault in (InputError("run", "no"), MissingPart("torch", "recognition", "recognition")):
        assert str(type(fault)(*fault.args)) == str(fault)


def test_a_wrong_name_gets_the_closest():
    assert "did you mean 'closest'" in unknown_name("policy", "closets", ["closest", "hold"])
    assert "known: none" in unknown_name("policy", "x", [])
