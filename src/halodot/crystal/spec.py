"""What a user may set of a crystal: its formula."""

from __future__ import annotations

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from ..core.errors import InputError
from ..core.spec import Spec
from .composition import Composition, parse


class CrystalSpec(Spec):
    """A composition by its formula.

    Parameters
    ----------
    formula
        Kept in canonical form.

    Examples
    --------
    >>> CrystalSpec(formula="CsPbBr1.5Cl1.5").formula
    'CsPb(Br0.5Cl0.5)3'
    """

    formula: str

    @field_validator("formula", mode="before")
    @classmethod
    def _canonical(cls, raw: object) -> str:
        try:
            return parse(raw).formula
        except InputError as e:
            raise PydanticCustomError("halodot", "{m}", {"m": str(e), "e": e}) from e

    @property
    def composition(self) -> Composition:
        """The parsed formula."""
        return parse(self.formula)
