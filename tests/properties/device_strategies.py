"""Random stacks as hypothesis strategies: by index, and composed so that shrinking simplifies."""

from __future__ import annotations

from hypothesis import strategies as st

from halodot.device.charge.random_stacks import Case, Dice, compose, draw

SEED = 7
SHARES = st.floats(0.0, 1.0, exclude_max=True, allow_subnormal=False)

by_index = st.builds(draw, st.just(SEED), st.integers(0, 1_000_000))


@st.composite
def composed(say) -> Case:
    """A stack whose every number hypothesis chooses; it shrinks toward a thin bare dark layer."""
    return compose(Dice(lambda: say(SHARES)))
