"""Mesa, imported without its side effect: its import sets the start method of ``multiprocessing`` for the program."""

from __future__ import annotations

import multiprocessing

_before = multiprocessing.get_start_method(allow_none=True)
try:
    from mesa.agent import Agent, AgentSet
    from mesa.model import Model
finally:
    multiprocessing.set_start_method(_before, force=True)

__all__ = ["Agent", "AgentSet", "Model"]
