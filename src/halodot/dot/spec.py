"""What a user may set about the model of a dot; every default is assumed or fitted, with why."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import Field

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

PLATELETS = "github.com/leoluber/synthesizer"


def _fitted(unit: str, value: float, low: float, high: float, note: str) -> Sourced:
    return Sourced(value, unit, low, high, "fitted", (PLATELETS,), note)


def _fitted_field(unit: str, doc: str, ends: tuple[float, float], factory: Any) -> Any:
    extra: dict[str, Any] = {
        "unit": unit,
        "doc": doc,
        "low": ends[0],
        "high": ends[1],
        "default": None,
    }
    return Field(default_factory=factory, description=doc, json_schema_extra={"quantity": extra})


class DotModel(Spec):
    """Parameters of the dot model that are the same for every material.

    Examples
    --------
    >>> DotModel(ligand_permittivity="2.4").ligand_permittivity.value
    2.4
    """

    barrier: Sourced = _fitted_field(
        "eV",
        "height of the ligand wall above each band edge",
        (0.5, 20.0),
        partial(
            _fitted,
            "eV",
            6.0,
            3.0,
            12.0,
            "fitted to the emission of CsPbBr3 platelets of 2 to 9 monolayers",
        ),
    )
    stokes_shift: Sourced = _fitted_field(
        "eV",
        "first absorption maximum minus emission peak",
        (0.0, 0.5),
        partial(
            _fitted,
            "eV",
            0.045,
            0.0,
            0.098,
            "median and upper end of 13 CsPbBr3 platelet samples with both spectra; lower end 0, "
            "as the shift of large dots was not read",
        ),
    )
    outer_mass: Sourced = quantity(
        "1",
        "carrier mass in the ligand wall",
        low=0.05,
        high=5.0,
        default=1.0,
        interval=(0.5, 1.5),
        why="free-electron mass; only its product with the barrier matters much",
    )
    ligand_permittivity: Sourced = quantity(
        "1",
        "permittivity of what surrounds the core",
        low=1.0,
        high=20.0,
        default=2.1,
        interval=(1.9, 2.7),
        why="alkyl ligand and non-polar solvent; a film of dots has more",
    )
    homogeneous_width: Sourced = quantity(
        "eV",
        "full width of the emission of a single dot at 300 K",
        low=1e-4,
        high=0.5,
        default="50 meV",
        interval=("35 meV", "65 meV"),
        why="single CsPbBr3 dots at room temperature, 35 to 65 meV",
    )
    lateral_default: Sourced = quantity(
        "m",
        "lateral size of a platelet where none is given",
        low=2e-9,
        high=1e-5,
        default="20 nm",
        interval=("10 nm", "40 nm"),
        why="usual platelets; no size was read",
    )
    structural_error: Sourced = quantity(
        "1",
        "standard error of the model as a share of the confinement shift",
        low=0.0,
        high=1.0,
        default=0.25,
        why="one-band-extremum model with walls that are all alike; published sizing curves "
        "disagree by 0.05 to 0.15 eV at equal size",
    )
    rate_error: Sourced = quantity(
        "1",
        "factor on the radiative rate that the model does not explain",
        low=0.01,
        high=100.0,
        default=1.0,
        interval=(0.5, 2.0),
        why="k.p lifetimes with correlation are published to overestimate by up to about two",
    )
    absorption_factor: Sourced = quantity(
        "1",
        "factor on the absorption above the gap that the bands of the model do not explain",
        low=0.01,
        high=100.0,
        default=1.3,
        interval=(0.7, 2.4),
        why="published calculations of this kind hold within a factor of two "
        "(10.1103/PhysRevB.102.045427); bands that are left out (the M point) only add",
    )
