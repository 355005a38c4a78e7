"""Several processes train one detector: each on its own frames; before every step their gradients are averaged.

One thread of one process is busy all the time where two threads of one process mostly wait for each other: on two
cores two processes see almost twice the frames. It is data-parallel training over torch's gloo; the leader alone
validates and saves, and its learning rate holds for all.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A process's place in a crew; the leader has rank 0.

    Attributes:
        rank: 0 up to ``size`` - 1.
        size: how many processes there are.
        meeting: a file they find each other by.
    """

    rank: int
    size: int
    meeting: str

    def join(self) -> None:
        """Join the others; returns when all are there."""
        import torch.distributed as dist

        dist.init_process_group("gloo", init_method=f"file://{self.meeting}", rank=self.rank, world_size=self.size)

    def leave(self) -> None:
        """Leave the crew."""
        import torch.distributed as dist

        dist.destroy_process_group()

    def begin_alike(self, model: Any) -> None:
        """Give the model of every process the leader's weights."""
        import torch.distributed as dist

        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                dist.broadcast(tensor, src=0)

    def average(self, model: Any, optimizer: Any) -> None:
        """Average the gradients over the crew, and set the leader's learning rate."""
        import torch
        import torch.distributed as dist

        grads = [p.grad for p in model.parameters() if p.grad is not None]
        rate = optimizer.param_groups[0]["lr"] * self.size if self.rank == 0 else 0.0
        flat = torch.cat([*(g.reshape(-1) for g in grads), torch.tensor([rate])])
        dist.all_reduce(flat)
        flat /= self.size
        at = 0
        for grad in grads:
            grad.copy_(flat[at : at + grad.numel()].view_as(grad))
            at += grad.numel()
        for group in optimizer.param_groups:
            group["lr"] = float(flat[-1])


@contextmanager
def crew_of(size: int, help_with: Callable[[Place, Path], None]) -> Iterator[Place | None]:
    """Start the helpers of a crew and yield the leader's place; they are ended when the block is left.

    Args:
        size: processes, the leader included; for 1 nothing is started and None is yielded.
        help_with: what a helper runs, with its place and a folder it may write to; importable by name.
    """
    if size == 1:
        yield None
        return
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="twin-crew-") as folder:
        places = [Place(rank, size, str(Path(folder) / "meeting")) for rank in range(size)]
        helpers = [
            spawn.Process(target=help_with, args=(place, Path(folder) / f"helper-{place.rank}")) for place in places[1:]
        ]
        for helper in helpers:
            helper.start()
        try:
            yield places[0]
        finally:
            for helper in helpers:
                helper.terminate()
                helper.join()
