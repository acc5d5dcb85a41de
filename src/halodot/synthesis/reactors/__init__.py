"""Reactors: what each family of methods does to a batch in time, one file a family.

A reactor is ``run(batch, process) -> Outcome``: it turns the settings of a process into a `Course`
of temperature, feed and solubility, grows dots through it, and adds what is special to it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .outcome import Reactor

FAMILIES = {
    "hot_injection": "injection",
    "larp": "step",
    "antisolvent": "step",
    "ligand_assisted": "step",
    "emulsion": "emulsion",
    "ultrasonication": "sonication",
    "solvothermal": "ramp",
    "microwave": "ramp",
    "microfluidic": "flow",
    "mechanochemical": "milling",
    "laser_glass": "glass",
    "cvd": "vapour",
}


def reactor_of(method: str) -> Reactor:
    """Return the reactor of one of `methods.METHODS`.

    >>> reactor_of("larp").__module__.rsplit(".", 1)[-1]
    'step'
    """
    found: Reactor = import_module(f".{FAMILIES[method]}", __name__).run
    return found
