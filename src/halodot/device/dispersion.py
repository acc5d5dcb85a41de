"""What a user may set of dots that are dispersed in a layer of another semiconductor."""

from __future__ import annotations

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity


class Dispersion(Spec):
    """Dots of this study in a layer of a semiconductor: they absorb, part pairs and hold charge."""

    share: Sourced = quantity("1", "volume share of the cores of the dots", low=1e-6, high=0.6)
    size: Sourced | None = quantity(
        "m", "edge of a dot; by default that of the film", low=5e-10, high=1e-7, optional=True
    )
    in_contact: Sourced = quantity(
        "1",
        "share of the dots that touch the matrix; the others stand inside of clusters",
        low=0,
        high=1,
        default=0.5,
        interval=(0.2, 0.8),
        why="dots cluster when a polymer dries; how far is not known without a micrograph",
    )
    insulator: str = Field(
        default="", max_length=80, description="insulating third component, in the library"
    )
    insulator_share: Sourced = quantity(
        "1", "volume share of it", low=0, high=0.95, default=0.0, why="none unless given"
    )
    transfer_time: Sourced = quantity(
        "s",
        "in which a carrier of a dot crosses to the matrix where that lies lower",
        low=1e-14,
        high=1.0,
        default="1 ns",
        interval=("0.1 ns", "10 ns"),
        why="150 ps to a molecule on CsPbBr3; ligands keep a polymer further away",
    )
    exciton_lifetime: Sourced = quantity(
        "s",
        "of an exciton in a dot that parts with nothing",
        low=1e-12,
        high=1e-3,
        default="5 ns",
        interval=("2 ns", "20 ns"),
        why="2.4 to 3.2 ns measured on CsPbBr3 dots in solution, longer in films",
    )
    exciton_reach: Sourced = quantity(
        "m",
        "diffusion length of an exciton of the matrix, within which it must meet a dot",
        low=0,
        high=1e-6,
        default="8 nm",
        interval=("4 nm", "15 nm"),
        why="usual for conjugated polymers and small molecules",
    )
    recombination_time: Sourced = quantity(
        "s",
        "of a carrier held by a dot with a partner in the matrix within 1 nm of its surface",
        low=1e-12,
        high=1e3,
        default="0.6 ms",
        interval=("0.1 ms", "4 ms"),
        why="CsPbBr3 on oxides and graphene answers within 0.5 s to 36 s at 1e20 to 1e21 carriers "
        "m-3; without ligands between, nanoseconds",
    )
    inner_rate: Sourced = quantity(
        "1",
        "factor on transfer and recombination with each dot between a dot and the matrix",
        low=0,
        high=1,
        default=0.02,
        interval=(0.005, 0.08),
        why="one more shell of ligands to cross, 10 to 200 times slower",
    )
    carriers_per_dot: int = Field(
        default=8, ge=1, le=50, description="most carriers of one kind that a dot takes"
    )
    percolation_exponent: Sourced = quantity(
        "1",
        "with which the mobility of the matrix falls with its share above the threshold of 0.16",
        low=0,
        high=5,
        default=2.0,
        interval=(1.3, 2.5),
        why="1.3 in a sheet, 2 in three dimensions",
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Dispersion:
        total = float(self.share) + float(self.insulator_share)
        if total >= 0.95:
            raise InputError(
                "dots.share",
                f"{total:.3g} with the insulator",
                "less than 0.95: the matrix must fill the rest",
                "lower share or insulator_share",
            )
        if float(self.insulator_share) > 0.0 and not self.insulator:
            raise InputError(
                "dots.insulator",
                "nothing (it is missing)",
                "the name of the insulator that fills insulator_share",
                "add insulator = 'PS'",
            )
        return self
