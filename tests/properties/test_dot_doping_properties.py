"""Whatever the content and the excitation, yields stay within what a photon can give."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.sourced import Sourced
from halodot.dot.doping import model, sweeps
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

FORMULAS = ("CsPb(Cl0.7Br0.3)3:Yb(5%)", "CsPbCl3:Mn(2%)", "Cs2Ag(In0.9Tb0.1)Cl6:Bi(1%)")


@lru_cache(maxsize=4)
def doped(formula: str) -> model.Doped:
    size, spread = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    population = DotPopulation(formula, "cube", size, spread, "OA")
    return sweeps.doped_dots(population, Library.builtin(), 300.0, draws=12)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(FORMULAS),
    st.floats(-6.0, np.log10(0.5)),
    st.floats(-6.0, 11.0),
)
def test_yields_are_bounded_and_found(formula: str, content: float, excitation: float) -> None:
    d = doped(formula)
    found = model.yields(d.with_content(d.kinds[0].ion.symbol, 10.0**content), 10.0**excitation)
    assert found.converged.all()
    most = 2.0 if d.kinds[0].cuts else 1.0
    assert np.all((found.host >= 0.0) & (found.host <= 1.0 + 1e-9))
    assert np.all((found.total >= 0.0) & (found.total <= most + 1e-9))


@settings(max_examples=30, deadline=None)
@given(st.floats(-4.0, -1.0), st.floats(0.05, 1.0))
def test_more_ions_never_leave_more_light_to_the_host(content: float, step: float) -> None:
    d = doped(FORMULAS[1])
    few, many = (
        model.yields(d.with_content("Mn", 10.0**c), 1.0).host for c in (content, content + step)
    )
    assert np.all(many <= few * (1.0 + 1e-9))
