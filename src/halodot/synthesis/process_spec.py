"""How a synthesis is carried out, beside what is in the flask: ``[recipe.process]`` by method.

Every setting that a recipe leaves out is a prior with a 90 % interval and its reason.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..core.sourced import Sourced
from ..core.spec import Spec, build, quantity


class HotInjectionProcess(Spec):
    """A cold precursor injected into a hot flask, which an ice bath then quenches.

    Examples
    --------
    >>> HotInjectionProcess().cool_rate.basis
    'assumed'
    """

    cool_rate: Sourced = quantity(
        "K/s",
        "fall of the temperature in the ice bath",
        low=1e-3,
        high=1e3,
        default="5 K/s",
        interval=("1 K/s", "20 K/s"),
        why="flask of tens of millilitres in ice water; not measured",
    )
    injection_drop: Sourced = quantity(
        "K",
        "fall of the temperature as the cold precursor enters",
        low=0.0,
        high=150.0,
        default="10 K",
        interval=("3 K", "25 K"),
        why="heat balance of 0.4 to 1 mL warm caesium oleate in 6 to 15 mL at 170 degC",
    )


class AntisolventProcess(Spec):
    """A solution poured into a liquid that dissolves the salts badly, or the other way round.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(AntisolventProcess, {"mixing_time": "50 ms"}).mixing_time.value
    0.05
    """

    mixing_time: Sourced = quantity(
        "s",
        "until both liquids are mixed down to molecules",
        low=1e-5,
        high=1e4,
        default="0.3 s",
        interval=("0.03 s", "3 s"),
        why="stirred vial; poured in fast to added drop by drop",
    )


class EmulsionProcess(Spec):
    """Droplets of a polar solution in oil, broken by a demulsifier.

    Examples
    --------
    >>> EmulsionProcess().droplet_diameter.in_unit("um").value
    1.0
    """

    droplet_diameter: Sourced = quantity(
        "m",
        "mean diameter of the droplets",
        low=5e-9,
        high=1e-3,
        default="1 um",
        interval=("0.1 um", "10 um"),
        why="stirred milky emulsions; below 0.1 um a microemulsion",
    )
    droplet_spread: Sourced = quantity(
        "1",
        "standard deviation of the diameter over its mean",
        low=0.0,
        high=1.5,
        default=0.4,
        interval=(0.2, 0.7),
        why="droplets broken by stirring",
    )
    mixing_time: Sourced = quantity(
        "s",
        "until the demulsifier has drawn the polar solvent out of a droplet",
        low=1e-5,
        high=1e4,
        default="0.3 s",
        interval=("0.01 s", "10 s"),
        why="diffusion out of a micrometre droplet is faster than stirring",
    )


class FlowProcess(Spec):
    """Streams that meet in a mixer and react in a channel.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> flow = {"flow_rate": "15 mL/h", "channel_volume": "0.5 mL"}
    >>> round(build(FlowProcess, flow).residence_time)
    120
    """

    flow_rate: Sourced = quantity(
        "m3/s",
        "of all streams together",
        low=1e-14,
        high=1e-4,
        default="5 mL/h",
        interval=("1 mL/h", "20 mL/h"),
        why="syringe pumps of published flow syntheses",
    )
    channel_volume: Sourced = quantity(
        "m3",
        "between mixer and quench",
        low=1e-11,
        high=1e-3,
        default="0.5 mL",
        interval=("0.1 mL", "3 mL"),
        why="metres of tubing of 0.5 to 1 mm",
    )
    channel_diameter: Sourced = quantity(
        "m",
        "inner diameter of the channel",
        low=1e-6,
        high=2e-2,
        default="0.8 mm",
        interval=("0.3 mm", "1.6 mm"),
        why="usual tubing",
    )
    segmented: bool = Field(
        default=False, description="droplets in a carrier oil, which narrow the residence times"
    )

    @property
    def residence_time(self) -> float:
        """Mean time in the channel, volume over flow [s]."""
        return float(self.channel_volume) / float(self.flow_rate)


class RampProcess(Spec):
    """All precursors heated together in a vessel, held, and let cool.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> ramp = {"ramp_rate": "5 K/min", "hold": "30 min", "vessel": "autoclave"}
    >>> build(RampProcess, ramp).hold.value
    1800.0
    """

    ramp_rate: Sourced = quantity(
        "K/s",
        "rise of the temperature",
        low=1e-4,
        high=1e2,
        default="5 K/min",
        interval=("2 K/min", "15 K/min"),
        why="steel autoclave in an oven",
    )
    hold: Sourced = quantity(
        "s",
        "time at the reaction temperature",
        low=0.0,
        high=1e6,
        default="30 min",
        interval=("10 min", "120 min"),
        why="published solvothermal syntheses; remembered, unverified",
    )
    vessel: str = Field(
        default="autoclave", max_length=60, description="autoclave, sealed tube, open flask ..."
    )
    power: Sourced | None = quantity(
        "W", "of the microwave; unused by a furnace", low=0.1, high=1e5, optional=True
    )


class MicrowaveProcess(RampProcess):
    """A ramp by microwaves: fast, short, in a sealed tube.

    Examples
    --------
    >>> float(MicrowaveProcess().ramp_rate) > float(RampProcess().ramp_rate)
    True
    """

    ramp_rate: Sourced = quantity(
        "K/s",
        "rise of the temperature",
        low=1e-4,
        high=1e2,
        default="0.5 K/s",
        interval=("0.1 K/s", "3 K/s"),
        why="a microwave reactor of hundreds of watts on some ten millilitres",
    )
    hold: Sourced = quantity(
        "s",
        "time at the reaction temperature",
        low=0.0,
        high=1e6,
        default="5 min",
        interval=("1 min", "20 min"),
        why="published microwave syntheses; remembered, unverified",
    )
    vessel: str = Field(default="sealed tube", max_length=60, description="as of a ramp")


class SonicationProcess(Spec):
    """A tip that sonicates the mixture of all precursors.

    Examples
    --------
    >>> SonicationProcess().duration.value
    600.0
    """

    power: Sourced = quantity(
        "W",
        "of the tip, into the liquid",
        low=1e-2,
        high=1e4,
        default="30 W",
        interval=("10 W", "100 W"),
        why="laboratory tip sonicators; remembered, unverified",
    )
    duration: Sourced = quantity(
        "s",
        "of sonication",
        low=1e-2,
        high=1e6,
        default="10 min",
        interval=("3 min", "30 min"),
        why="published ultrasonications; remembered, unverified",
    )


class MillingProcess(Spec):
    """Solid salts ground together, with or without a liquid and ligands.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(MillingProcess, {"duration": "1 h", "frequency": "25 Hz"}).duration.value
    3600.0
    """

    duration: Sourced = quantity(
        "s",
        "of milling",
        low=1.0,
        high=1e7,
        default="60 min",
        interval=("10 min", "300 min"),
        why="mortar by hand to a day in a ball mill",
    )
    frequency: Sourced = quantity(
        "Hz",
        "strokes of the mill, or of the pestle",
        low=0.05,
        high=200.0,
        default="10 Hz",
        interval=("1 Hz", "30 Hz"),
        why="pestle 1 to 3 Hz, vibration mill 15 to 30 Hz",
    )


class GlassProcess(Spec):
    """Dots written into a glass by a laser and grown, erased and grown back by heat and light.

    Examples
    --------
    >>> GlassProcess().cycles
    1
    """

    anneal_temperature: Sourced = quantity(
        "K",
        "at which dots grow after the laser has seeded them",
        low=300.0,
        high=1200.0,
        default="420 degC",
        interval=("350 degC", "500 degC"),
        why="above the softening of borosilicate and germanate glasses; remembered, unverified",
    )
    anneal_time: Sourced = quantity(
        "s",
        "of that heating",
        low=0.0,
        high=1e7,
        default="20 min",
        interval=("5 min", "10 h"),
        why="published anneals differ by this much; unverified",
    )
    erase_temperature: Sourced = quantity(
        "K",
        "in the focus, at which dots dissolve again",
        low=300.0,
        high=4000.0,
        default="900 degC",
        interval=("700 degC", "1500 degC"),
        why="pulses heat the focus above the melting of the dots; not measured",
    )
    erase_time: Sourced = quantity(
        "s",
        "for which the laser erases a spot",
        low=0.0,
        high=1e5,
        default="1 s",
        interval=("1 ms", "60 s"),
        why="scan speed and repetition rate are seldom stated",
    )
    cycles: int = Field(default=1, ge=0, le=1000, description="of erasing and annealing back")


class VapourProcess(Spec):
    """Salts evaporated from a boat and deposited downstream in a tube.

    Examples
    --------
    >>> VapourProcess().substrate_temperature.unit
    'K'
    """

    source_temperature: Sourced = quantity(
        "K",
        "of the boat with the salts",
        low=350.0,
        high=1300.0,
        default="575 degC",
        interval=("450 degC", "650 degC"),
        why="PbBr2 and CsBr evaporate together near their melting points; unverified",
    )
    substrate_temperature: Sourced = quantity(
        "K",
        "of the substrate",
        low=200.0,
        high=1000.0,
        default="300 degC",
        interval=("150 degC", "400 degC"),
        why="downstream end of the furnace; unverified",
    )
    duration: Sourced = quantity(
        "s",
        "of deposition",
        low=0.1,
        high=1e6,
        default="10 min",
        interval=("2 min", "60 min"),
        why="published depositions; remembered, unverified",
    )


Process = (
    HotInjectionProcess
    | AntisolventProcess
    | EmulsionProcess
    | FlowProcess
    | MicrowaveProcess
    | RampProcess
    | SonicationProcess
    | MillingProcess
    | GlassProcess
    | VapourProcess
)
PROCESSES: dict[str, type[Process]] = {
    "hot_injection": HotInjectionProcess,
    "larp": AntisolventProcess,
    "antisolvent": AntisolventProcess,
    "ligand_assisted": AntisolventProcess,
    "emulsion": EmulsionProcess,
    "ultrasonication": SonicationProcess,
    "solvothermal": RampProcess,
    "microwave": MicrowaveProcess,
    "microfluidic": FlowProcess,
    "mechanochemical": MillingProcess,
    "laser_glass": GlassProcess,
    "cvd": VapourProcess,
}


def process_of(method: str, raw: Any = None) -> Process:
    """Return the process of `method`, from a table of settings or with its priors alone.

    Parameters
    ----------
    method
        One of `methods.METHODS`.
    raw
        Table ``[recipe.process]``, a process already built, or None.

    Raises
    ------
    InputError
        If a key is not one of this method's, or a value lies out of bounds.

    Examples
    --------
    >>> process_of("cvd").duration.value
    600.0
    """
    kind = PROCESSES[method]
    if isinstance(raw, kind):
        return raw
    return build(kind, {} if raw is None else raw, root="process")
