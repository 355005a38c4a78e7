"""All vehicles by name: private cars, bus, lorries, emergency vehicles, motorcycle and scooter with their riders.

Bodies are drawn from the shapes one meets in Tashkent (small saloons, Damas vans, Isuzu-like buses) by measure of the
public dimensions of such classes, not after any maker's model.
"""

from __future__ import annotations

from vision.render.body import S2, S3, Body, D, G, P, both_sides, vehicle
from vision.render.materials import Slot
from vision.render.mesh import Mesh, ball, box, tube
from vision.render.meshes_cars import car_bodies
from vision.render.meshes_large import large_bodies


def _motorcycle() -> Body:
    """Return a motorcycle with its rider; paint: machine, second: jacket, third: trousers, fourth: helmet."""
    r = 0.31
    tyres = [tube((x, -0.06, r), (x, 0.06, r), (r, r), Slot.RUBBER, 14) for x in (0.68, -0.66)]
    hubs = [tube((x, -0.07, r), (x, 0.07, r), (0.17, 0.17), Slot.METAL, 8) for x in (0.68, -0.66)]
    machine = [
        ball((0.2, 0, 0.82), (0.36, 0.16, 0.16), P, 5, 8),
        box((-0.42, 0, 0.80), (0.72, 0.26, 0.10), D),
        box((0.0, 0, 0.5), (0.5, 0.3, 0.36), Slot.METAL),
        box((-0.72, 0, 0.78), (0.3, 0.2, 0.16), P),
        tube((0.68, 0, r), (0.42, 0, 0.95), (0.05, 0.05), Slot.METAL, 6),
        box((0.66, 0, 0.66), (0.4, 0.14, 0.06), P),
        box((0.60, 0, 0.90), (0.14, 0.22, 0.18), Slot.HEADLIGHT),
        box((-0.88, 0, 0.76), (0.05, 0.18, 0.09), Slot.TAILLIGHT),
        tube((0.42, -0.36, 1.02), (0.42, 0.36, 1.02), (0.025, 0.025), D, 5),
        tube((-0.1, -0.2, 0.3), (-0.8, -0.2, 0.36), (0.06, 0.07), Slot.METAL, 6),
    ]
    return vehicle("motorcycle", [*tyres, *hubs, *machine, *_rider()], (1.98, 0.74, 1.78), None, (-0.95, 0.60), 0.68)


def _scooter() -> Body:
    """Return a delivery scooter with its rider and a box; colours as the motorcycle's, the box has the paint's."""
    r = 0.24
    tyres = [tube((x, -0.05, r), (x, 0.05, r), (r, r), Slot.RUBBER, 12) for x in (0.66, -0.62)]
    machine = [
        box((0.10, 0, 0.34), (0.70, 0.34, 0.08), P),
        box((-0.45, 0, 0.60), (0.62, 0.34, 0.42), P),
        box((0.52, 0, 0.70), (0.10, 0.38, 0.66), P),
        box((-0.24, 0, 0.84), (0.56, 0.28, 0.08), D),
        box((-0.68, 0, 1.10), (0.46, 0.48, 0.46), P),
        box((0.58, 0, 0.92), (0.10, 0.18, 0.12), Slot.HEADLIGHT),
        box((-0.78, 0, 0.68), (0.05, 0.18, 0.08), Slot.TAILLIGHT),
        tube((0.46, -0.32, 1.06), (0.46, 0.32, 1.06), (0.025, 0.025), D, 5),
    ]
    return vehicle("scooter", [*tyres, *machine, *_rider()], (1.85, 0.70, 1.78), None, (-0.86, 0.52), 0.62)


def _rider() -> list[Mesh]:
    limbs = both_sides(
        tube((-0.10, 0.2, 1.34), (0.12, 0.30, 1.10), (0.07, 0.06), S2, 6),
        tube((0.12, 0.30, 1.10), (0.40, 0.32, 1.04), (0.055, 0.045), S2, 6),
        tube((-0.28, 0.12, 0.88), (0.12, 0.22, 0.74), (0.10, 0.08), S3, 6),
        tube((0.12, 0.22, 0.74), (-0.10, 0.2, 0.34), (0.08, 0.06), S3, 6),
        box((-0.04, 0.2, 0.28), (0.26, 0.1, 0.1), D),
    )
    return [
        tube((-0.30, 0, 0.88), (-0.12, 0, 1.40), (0.17, 0.21), S2, 8),
        ball((-0.08, 0, 1.62), (0.15, 0.14, 0.16), Slot.FOURTH, 5, 8),
        box((0.04, 0, 1.62), (0.08, 0.2, 0.1), G),
        limbs,
    ]


def vehicle_bodies() -> dict[str, Body]:
    """Return every vehicle body by name."""
    return {body.name: body for body in (*car_bodies(), *large_bodies(), _motorcycle(), _scooter())}
