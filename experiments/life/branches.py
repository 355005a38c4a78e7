"""What was done to a recorded run where it was lived again: branches, each from a moment on, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from agents.policy_spec import policy_files
from experiments.provenance import file_hashes
from scenarios.schema_response import InjectSpec
from twin.errors import Fault

_INJECTS: TypeAdapter[list[InjectSpec]] = TypeAdapter(list[InjectSpec])


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch.

    Attributes:
        until_ms: from when on.
        policy: spec of who decides from then on; "" for whoever did.
        injects: what happens beyond the run it comes from, all of it from then on.
    """

    until_ms: int
    policy: str
    injects: tuple[InjectSpec, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as ``run.json`` keeps it, with the hashes of the files its policy is made of."""
        return {
            "until_s": self.until_ms / 1000, "policy": self.policy, "policy_files": policy_hashes(self.policy),
            "injects": [inject.model_dump(mode="json") for inject in self.injects],
        }  # fmt: skip


def branches_of(info: Mapping[str, Any]) -> list[Branch]:
    """Return the branches of a recorded run, the first one first; none for a run that was lived but once."""
    return [
        Branch(round(1000 * said["until_s"]), said["policy"], tuple(_INJECTS.validate_python(said["injects"])))
        for said in info.get("branches", [])
    ]


def changed_files(info: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each file of a branch's policy that is not as it was."""
    return [
        Fault(f"the policy file {name} is another: recorded {was[:12]}, found {now[:12]}")
        for said in info.get("branches", [])
        for name, was in said["policy_files"].items()
        if (now := policy_hashes(said["policy"]).get(name, "nothing")) != was
    ]


def policy_hashes(spec: str) -> dict[str, str]:
    """Return the SHA-256 of every file that a policy is made of, by its name in the spec."""
    return file_hashes(policy_files(spec)) if spec else {}


def whole_paths(spec: str) -> str:
    """Return a policy's spec with the whole path of every file in it, so that it can be read from any folder."""
    for name, path in policy_files(spec).items():
        spec = spec.replace(name, str(path.resolve()))
    return spec


def rule(branches: Sequence[Branch], new: Branch) -> list[Branch]:
    """Return who decides when: the branches with the new one, which ends the rule of what came later in them."""
    if new.policy:
        branches = [Branch(old.until_ms, "", old.injects) if old.until_ms >= new.until_ms else old for old in branches]
    return sorted([*branches, new], key=lambda branch: branch.until_ms)
