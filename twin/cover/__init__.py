"""Choose sites so that the weight they cover is as large as can be, with a bound; cameras, posts and drone docks.

A site covers a demand point with a probability, independently of the others; certain cover is probability 1. Certain
cover with one thing at a site is the maximal covering location problem (Church and ReVelle 1974); an equal probability
``1 - busy`` with several teams at a post is the MEXCLP (Daskin 1983).
"""

from twin.cover.fair import FairPlan, fairest
from twin.cover.levels import Curve, curve, phases
from twin.cover.lines import CoverBounds, certain_cover_bounds
from twin.cover.plan import Plan
from twin.cover.problem import CoverProblem, Limit
from twin.cover.solving import EFFORTS, GREEDY, QUICK, THOROUGH, USUAL, Effort, best, solve

__all__ = [
    "EFFORTS",
    "GREEDY",
    "QUICK",
    "THOROUGH",
    "USUAL",
    "CoverBounds",
    "CoverProblem",
    "Curve",
    "Effort",
    "FairPlan",
    "Limit",
    "Plan",
    "best",
    "certain_cover_bounds",
    "curve",
    "fairest",
    "phases",
    "solve",
]
