"""The end of a run whose policy broke its contract."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from twin.errors import InputError


def place_of(fault: BaseException) -> str:
    """Return file and line of the last step of somebody's own code before a fault, such as ``mine.py:12``."""
    steps = traceback.extract_tb(fault.__traceback__)
    own = [step for step in steps if not step.filename.startswith((sys.prefix, sys.base_prefix, "<"))]
    last = (own or steps)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


class PolicyFault(InputError):
    """A policy broke its contract; its decision is never replaced by another, so the run ends here.

    Attributes:
        policy: its name.
        moment: when, for the reader.
        what: what it did, and what it may do.
    """

    def __init__(self, policy: str, moment: str, what: str) -> None:
        super().__init__(f"go on with the policy {policy!r} at {moment}", what)
        self.policy, self.moment, self.what = policy, moment, what
        self.args = (policy, moment, what)
