"""The end of a run whose policy broke its contract."""

from __future__ import annotations

from twin.errors import InputError


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
