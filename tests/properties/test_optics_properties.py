"""Random stacks of layers: light is conserved, or the stack is refused with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.optics.transfer_matrix import Film, Polarisation, solve

extinction = st.one_of(st.just(0.0), st.floats(-8.0, 0.9).map(lambda p: 10.0**p))
films = st.builds(
    lambda n, k, d, coherent: Film(complex(n, k), 10.0**d, coherent),
    st.floats(0.05, 5.0), extinction, st.floats(-9.5, -3.0), st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    stack=st.lists(films, min_size=1, max_size=6),
    wave=st.floats(1e-7, 5e-6),
    angle=st.floats(0.0, 1.55),
    pol=st.sampled_from(["s", "p", "unpolarised"]),
    before=st.floats(1.0, 2.5),
)
def test_light_of_random_stacks_is_conserved(
    stack: list[Film], wave: float, angle: float, pol: Polarisation, before: float
) -> None:
    depths = [f.thickness * np.linspace(0.0, 1.0, 21) for f in stack]
    refused = None
    try:
        found = solve([wave], stack, before=before, angle=angle, polarisation=pol, depths=depths)
    except InputError as error:
        refused = error.field
    if refused is not None:
        assert refused == "coherent"  # the one way out: rays where there are none
        assert not all(f.coherent for f in stack)
        return
    total = found.reflectance + found.transmittance + found.absorptance.sum(axis=0)
    assert total[0] == pytest.approx(1.0, abs=1e-8)
    for part in (found.reflectance, found.transmittance, found.absorptance):
        assert part.min() > -1e-8
    assert all(p is not None and np.all(np.isfinite(p)) for p in found.profiles)
