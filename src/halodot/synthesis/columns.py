"""Many flasks at once, as columns: what is fitted to measured syntheses and predicts tables."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TextArray = NDArray[np.str_]
BoolArray = NDArray[np.bool_]

OLEIC_ACID = 3170.0  # mol/m3 of the liquid, 0.895 g/mL over 282.5 g/mol
OLEYLAMINE = 3040.0  # mol/m3, 0.813 g/mL over 267.5 g/mol


@dataclass(frozen=True)
class Columns:
    """Recipes as columns, one row a recipe. SI; NaN where a recipe does not state it.

    Attributes
    ----------
    method
        One of `methods.METHODS`.
    halides
        Shares of Cl, Br and I, shape [rows, 3], rows sum to 1.
    caesium, lead
        From all salts [mol].
    halide
        From all salts [mol].
    has_oleate
        Whether caesium comes, all or in part, from a salt without halide.
    antisolvent
        Name in the library, empty where none is used.
    antisolvent_amount, antisolvent_volume
        [mol], [m3]; 0 where none is used.
    solvent
        Name in the library, empty where it is not stated.
    volume
        Of everything, antisolvent included [m3].
    acid, amine
        [mol]
    temperature, time
        [K], [s]
    fraction
        1 precipitate, -1 supernatant, 0 not stated.
    """

    method: TextArray
    halides: FloatArray
    caesium: FloatArray
    lead: FloatArray
    halide: FloatArray
    has_oleate: BoolArray
    antisolvent: TextArray
    antisolvent_amount: FloatArray
    antisolvent_volume: FloatArray
    solvent: TextArray
    volume: FloatArray
    acid: FloatArray
    amine: FloatArray
    temperature: FloatArray
    time: FloatArray
    fraction: FloatArray

    def __len__(self) -> int:
        return len(self.method)

    def rows(self, which: NDArray[np.integer] | BoolArray) -> Columns:
        """Return the rows `which`, a mask or numbers, which may repeat."""
        return Columns(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @property
    def bromide(self) -> FloatArray:
        """Share of bromide among the halides [1]."""
        return self.halides[:, 1]

    @property
    def caesium_ratio(self) -> FloatArray:
        """Caesium over lead [1]."""
        return _over(self.caesium, self.lead)

    @property
    def halide_ratio(self) -> FloatArray:
        """Halide over lead [1]."""
        return _over(self.halide, self.lead)

    @property
    def lead_concentration(self) -> FloatArray:
        """Lead in the liquid before the antisolvent comes [mol/m3]."""
        rest = np.maximum(self.volume - self.antisolvent_volume, 0.03 * self.volume)
        return self.lead / rest


def _over(above: FloatArray, below: FloatArray) -> FloatArray:
    """Quotient, NaN where there is nothing below."""
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0.0))
