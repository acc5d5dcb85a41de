"""What a method usually takes, for all that a recipe leaves out: priors with interval and reason.

Amounts are counted per lead, so that a stated batch scales them. None of the numbers was read in
its original: they are remembered, unverified, and wide, except for the antisolvent method, whose
intervals are those of the 215 published rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.sourced import Sourced, assumed
from ..core.units import convert

Prior = tuple[float, float, float]


@dataclass(frozen=True)
class Usual:
    """Usual amounts of one method; each is (value, low, high), 90 %.

    Attributes
    ----------
    lead
        [mmol]
    caesium, halide, acid, amine
        Per lead [1].
    chain
        Carbon atoms of the amine.
    volume
        Total per lead, antisolvent included [mL/mmol].
    solvent, antisolvent
        Names in the library; empty where there is none.
    antisolvent_ratio
        Antisolvent per lead [1].
    temperature
        [degC]
    time
        [s]
    bounds
        Temperatures that the method can take [degC].
    why
        Where the numbers come from.
    """

    lead: Prior
    caesium: Prior
    halide: Prior
    acid: Prior
    amine: Prior
    chain: Prior
    volume: Prior
    solvent: str
    antisolvent: str
    antisolvent_ratio: Prior
    temperature: Prior
    time: Prior
    bounds: tuple[float, float]
    why: str


_NONE = (0.0, 0.0, 0.0)
_OLEYL = (18.0, 18.0, 18.0)
_REMEMBERED = "remembered, unverified"
USUAL: dict[str, Usual] = {
    "hot_injection": Usual(
        lead=(0.188, 0.1, 0.4),
        caesium=(0.27, 0.2, 0.5),
        halide=(2.0, 2.0, 3.0),
        acid=(8.4, 4.0, 17.0),
        amine=(8.1, 4.0, 16.0),
        chain=_OLEYL,
        volume=(35.0, 20.0, 80.0),
        solvent="1-octadecene",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(170.0, 140.0, 200.0),
        time=(5.0, 2.0, 60.0),
        bounds=(-40.0, 347.0),
        why="0.188 mmol PbX2, 5 mL octadecene, 0.5 mL of each ligand, 0.05 mmol caesium "
        f"oleate, 140 to 200 degC, some seconds (review, Sec. 3.1, for these two); {_REMEMBERED}",
    ),
    "larp": Usual(
        lead=(0.04, 0.01, 0.2),
        caesium=(1.0, 0.7, 1.2),
        halide=(3.0, 2.7, 3.2),
        acid=(8.0, 3.0, 20.0),
        amine=(2.0, 0.5, 5.0),
        chain=(18.0, 8.0, 18.0),
        volume=(275.0, 100.0, 600.0),
        solvent="DMF",
        antisolvent="toluene",
        antisolvent_ratio=(2350.0, 900.0, 5000.0),
        temperature=(25.0, 18.0, 30.0),
        time=(10.0, 2.0, 300.0),
        bounds=(-40.0, 120.0),
        why=f"1 mL of 0.04 M salts in DMF poured into 10 mL toluene; {_REMEMBERED}",
    ),
    "antisolvent": Usual(
        lead=(0.0136, 0.002, 0.04),
        caesium=(0.25, 0.08, 0.9),
        halide=(2.0, 2.0, 2.0),
        acid=(3.2, 1.5, 10.0),
        amine=(3.0, 1.5, 10.0),
        chain=_OLEYL,
        volume=(250.0, 80.0, 1200.0),
        solvent="toluene",
        antisolvent="ethanol",
        antisolvent_ratio=(1700.0, 0.0, 9000.0),
        temperature=(25.0, 18.0, 30.0),
        time=(60.0, 10.0, 600.0),
        bounds=(-40.0, 120.0),
        why="spread of 215 published syntheses (github.com/leoluber/synthesizer), which state no "
        f"ligand, temperature or time; these are {_REMEMBERED}",
    ),
    "ligand_assisted": Usual(
        lead=(0.04, 0.01, 0.4),
        caesium=(1.0, 0.7, 1.2),
        halide=(3.0, 2.7, 3.2),
        acid=(7.9, 3.0, 20.0),
        amine=(3.8, 1.0, 10.0),
        chain=_OLEYL,
        volume=(275.0, 25.0, 600.0),
        solvent="DMF",
        antisolvent="toluene",
        antisolvent_ratio=(2350.0, 200.0, 5000.0),
        temperature=(25.0, 0.0, 35.0),
        time=(10.0, 2.0, 300.0),
        bounds=(-40.0, 120.0),
        why="0.4 mmol of each salt with 1 mL oleic acid and 0.5 mL oleylamine "
        f"(github.com/tangger2000/MARS) in DMF, 1 mL into 10 mL toluene; the rest {_REMEMBERED}",
    ),
    "emulsion": Usual(
        lead=(0.3, 0.05, 0.6),
        caesium=(1.0, 0.5, 1.2),
        halide=(3.0, 2.0, 3.2),
        acid=(20.0, 5.0, 50.0),
        amine=(3.0, 0.5, 8.0),
        chain=(8.0, 8.0, 18.0),
        volume=(60.0, 30.0, 200.0),
        solvent="DMF",
        antisolvent="acetone",
        antisolvent_ratio=(360.0, 100.0, 900.0),
        temperature=(25.0, 18.0, 35.0),
        time=(60.0, 5.0, 1800.0),
        bounds=(-20.0, 120.0),
        why="10 mL hexane with oleic acid and octylamine, salts in DMF and water, acetone to break "
        f"the emulsion (review, Sec. 3.1, ref 98); amounts {_REMEMBERED}",
    ),
    "ultrasonication": Usual(
        lead=(0.3, 0.1, 0.6),
        caesium=(0.67, 0.3, 1.0),
        halide=(2.0, 2.0, 3.0),
        acid=(5.3, 2.0, 12.0),
        amine=(5.1, 2.0, 12.0),
        chain=_OLEYL,
        volume=(36.0, 15.0, 100.0),
        solvent="1-octadecene",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(95.0, 60.0, 140.0),
        time=(600.0, 180.0, 1800.0),
        bounds=(0.0, 250.0),
        why="0.1 mmol Cs2CO3 and 0.3 mmol PbX2 with 0.5 mL of each ligand in 10 mL octadecene; "
        f"the liquid warms under the tip, how far is seldom stated; {_REMEMBERED}",
    ),
    "solvothermal": Usual(
        lead=(0.36, 0.1, 0.8),
        caesium=(0.5, 0.25, 1.0),
        halide=(2.0, 2.0, 3.0),
        acid=(9.0, 3.0, 20.0),
        amine=(8.5, 3.0, 20.0),
        chain=_OLEYL,
        volume=(40.0, 20.0, 100.0),
        solvent="1-octadecene",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(160.0, 120.0, 180.0),
        time=(1800.0, 600.0, 7200.0),
        bounds=(60.0, 320.0),
        why=f"all precursors in an autoclave at 160 degC for half an hour; {_REMEMBERED}",
    ),
    "microwave": Usual(
        lead=(0.36, 0.1, 0.8),
        caesium=(0.5, 0.25, 1.0),
        halide=(2.0, 2.0, 3.0),
        acid=(9.0, 3.0, 20.0),
        amine=(8.5, 3.0, 20.0),
        chain=_OLEYL,
        volume=(40.0, 20.0, 100.0),
        solvent="1-octadecene",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(160.0, 80.0, 180.0),
        time=(300.0, 60.0, 1200.0),
        bounds=(25.0, 320.0),
        why=f"all precursors in a sealed tube at 160 degC for five minutes; {_REMEMBERED}",
    ),
    "microfluidic": Usual(
        lead=(0.2, 0.02, 1.0),
        caesium=(1.0, 0.2, 1.2),
        halide=(3.0, 2.0, 3.2),
        acid=(8.0, 3.0, 20.0),
        amine=(4.0, 1.0, 12.0),
        chain=_OLEYL,
        volume=(250.0, 50.0, 600.0),
        solvent="DMF",
        antisolvent="toluene",
        antisolvent_ratio=(2100.0, 400.0, 5000.0),
        temperature=(25.0, -15.0, 180.0),
        time=(120.0, 5.0, 1800.0),
        bounds=(-40.0, 300.0),
        why="salts in DMF meet toluene at room temperature (review, Table 1, ref 137, names the "
        f"salts, ligands and flow); hot flow reactors also exist; {_REMEMBERED}",
    ),
    "mechanochemical": Usual(
        lead=(1.0, 0.2, 5.0),
        caesium=(1.0, 0.8, 1.2),
        halide=(3.2, 3.0, 3.6),
        acid=_NONE,
        amine=(0.2, 0.05, 1.0),
        chain=(8.0, 8.0, 18.0),
        volume=(0.25, 0.15, 5.0),
        solvent="",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(25.0, 18.0, 60.0),
        time=(3600.0, 600.0, 18000.0),
        bounds=(-196.0, 150.0),
        why="CsBr, PbBr2 and octylammonium bromide ground at room temperature (review, Sec. 3.1, "
        f"ref 108); amounts {_REMEMBERED}",
    ),
    "laser_glass": Usual(
        lead=(1.0, 0.1, 10.0),
        caesium=(2.0, 0.8, 6.0),
        halide=(4.0, 2.0, 10.0),
        acid=_NONE,
        amine=_NONE,
        chain=_OLEYL,
        volume=(0.6, 0.15, 3.0),
        solvent="",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(420.0, 350.0, 500.0),
        time=(1200.0, 300.0, 36000.0),
        bounds=(100.0, 900.0),
        why="oxide glass with some per cent of lead, caesium and halide in excess of it, part of "
        f"which boils off as the glass melts; {_REMEMBERED}",
    ),
    "cvd": Usual(
        lead=(0.5, 0.05, 2.0),
        caesium=(1.0, 0.5, 2.0),
        halide=(3.0, 2.5, 4.0),
        acid=_NONE,
        amine=_NONE,
        chain=_OLEYL,
        volume=(1000.0, 100.0, 10000.0),
        solvent="",
        antisolvent="",
        antisolvent_ratio=_NONE,
        temperature=(300.0, 150.0, 400.0),
        time=(600.0, 120.0, 3600.0),
        bounds=(-70.0, 700.0),
        why="CsX and PbX2 in a boat, argon (review, Sec. 3.1); the volume is that of the tube; "
        f"amounts and temperatures {_REMEMBERED}",
    ),
}
_UNITS = {"lead": ("mmol", "mol"), "volume": ("mL/mmol", "m3/mol"), "time": ("s", "s")}
_UNITS |= {"temperature": ("degC", "K")}


def usual(method: str, name: str) -> Sourced:
    """Return the usual `name` of `method` in SI, with its interval and reason.

    Parameters
    ----------
    method
        One of `methods.METHODS`.
    name
        An attribute of `Usual` that is a number: ``lead``, ``acid``, ``temperature`` ...

    Examples
    --------
    >>> usual("hot_injection", "temperature").value, usual("cvd", "acid").value
    (443.15, 0.0)
    """
    found = USUAL[method]
    given, si = _UNITS.get(name, ("1", "1"))
    value, low, high = (convert(x, given, si) for x in getattr(found, name))
    return assumed(value, si, low, high, f"not stated; usual for {method}: {found.why}")
