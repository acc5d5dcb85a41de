"""The shipped studies of crystals and dots: they run, and every reported figure has its answer."""

from __future__ import annotations

import pytest

from halodot import runs
from halodot.study import load, shipped

STUDIES = [key for key in shipped() if key.startswith("p")]


@pytest.mark.parametrize("key", STUDIES)
def test_every_reported_figure_is_computed_or_unknown_with_its_reason(key: str) -> None:
    done = runs.run(load(shipped()[key]))
    assert not [result.failure for _, result in done.results if result.failure]
    assert done.status.name in ("OK", "UNKNOWN")
    assert done.comparisons
    for c in done.comparisons:
        assert c.computed.is_known or c.note, f"{c.variant}: {c.name}"
        assert c.place, f"{c.variant}: {c.name} has no place"


def test_every_measured_size_stands_in_the_study_of_confinement() -> None:
    """Each row of the table that the model is fitted to is shown, and none counts as predicted."""
    from halodot.dot.calibration import rows

    energies = [
        r for r in load(shipped()["p3"]).study.reported if r.name in ("pl_energy", "optical_gap")
    ]
    assert len(energies) == len(rows())
    assert {r.role for r in energies} == {"calibrated"}
