r"""A second domain on a dot: what is shared, and what is known of its bands.

A dot of edge L shares a part f of one face with the partner, ``A = f L^2`` (``f pi L^2 / 4`` for a
sphere, f times the large face of a platelet). Carriers of the dot leave through it at the rate
``k = v A / V``, v the velocity of transfer of a carrier whose level falls in the partner; the dot
stage compares the edges and takes the light away (`dot.heterojunction`).

Edges of the partner below vacuum are given, or priors so wide that the kind of the alignment stays
open: nothing was read of the offsets of CsPbBr3 and Pb4S3Br2.

Range: one partner a dot, an abrupt interface, no charge across it. Source: review, Sec. 3.3, ref
131, which prints "CsPbCl3-Pb4S3Br2 and CsPbCl3-Pb4S3Br2" for what exchange makes of it: one of
the two is meant to be another halide.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..state import DotPopulation
from .drawing import drawn, summary
from .spec import Heterostructure


def face(shape: str, size: np.ndarray, lateral: np.ndarray | None = None) -> np.ndarray:
    """Return the area of the face that a partner grows on [m2].

    >>> float(face("cube", np.array(9e-9))) == 9e-9**2
    True
    """
    if shape == "sphere":
        return np.asarray(0.25 * np.pi * size**2)
    if lateral is not None:
        return np.asarray(lateral**2 if shape == "platelet" else size * lateral)
    return np.asarray(size**2)


def grow_partner(population: DotPopulation, t: Heterostructure) -> DotPopulation:
    """Return the dots with a second domain.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis import DotsSpec, given
    >>> dots = given(build(DotsSpec, {"formula": "CsPbBr3", "size": "10 nm"}))
    >>> two = grow_partner(dots, build(Heterostructure, {"kind": "heterostructure"}))
    >>> two.partner, round(float(two.interface_area) * 1e18)
    ('Pb4S3Br2', 80)
    """
    size = drawn(population.size, "size")
    lateral = None if population.lateral is None else drawn(population.lateral, "lateral")
    area = drawn(t.share, "share") * face(population.shape, size, lateral)
    affinity, gap = drawn(t.partner_affinity, "affinity"), drawn(t.partner_gap, "gap")
    note = "affinity plus gap of the partner, both of which are priors"
    extras = {
        "partner_gap": t.partner_gap,
        "partner_affinity": t.partner_affinity,
        "partner_ionization": summary(affinity + gap, "eV", note),
        "transfer_velocity": t.transfer_velocity,
    }
    return replace(
        population,
        partner=t.partner,
        interface_area=summary(area, "m2", "share of one face, which is a prior"),
        extras=population.extras | extras,
        notes=(
            *population.notes,
            f"second domain of {t.partner}: its edges are priors, so the kind of the alignment "
            "and the quenching are open",
        ),
    )
