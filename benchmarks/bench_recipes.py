"""10,000 recipes predicted at once, beside the same recipes one at a time.

Problem: rows of the antisolvent set with every amount moved by up to a fifth, training and light
curves included, as a first call pays for them. The peer is a call for each row of the first 50,
counted for 10,000, which is how a script would do it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from halodot.recipes import predictor, training

from .measuring import cpu_seconds, peak_mb

ROWS, SINGLE = 10_000, 50
AMOUNTS = ("cs_umol", "pbbr2_umol", "antisolvent_umol", "volume_mL")
MARK = 5.0


def rows() -> pd.DataFrame:
    """The table."""
    table = training.antisolvent().drop(columns=["key", "pl_peak_nm", "fwhm_meV", "plqy"])
    found = table.sample(ROWS, replace=True, random_state=0).reset_index(drop=True)
    rng = np.random.default_rng(0)
    for name in AMOUNTS:
        found[name] = found[name].astype(float) * rng.uniform(0.8, 1.2, ROWS)
    return found


def run() -> list[dict[str, Any]]:
    """Train and predict."""
    table = rows()
    first = cpu_seconds(lambda: predictor.trained()(table), 1)
    again = cpu_seconds(lambda: predictor.trained()(table), 1)
    found = predictor.trained()(table)
    each = [table.iloc[[i]] for i in range(SINGLE)]
    single = cpu_seconds(lambda: [predictor.trained()(row) for row in each], 1)
    peer = single * ROWS / SINGLE
    failed = int((found["status"] != "ok").sum())
    note = (
        f"mark {MARK:g} s; {first:.2g} s with training and light curves; {failed} of {ROWS} failed"
    )
    return [
        {
            "name": "recipes.predict_10000",
            "cpu_s": again,
            "peak_mb": peak_mb(lambda: predictor.trained()(table)),
            "peer": "one call a row",
            "peer_cpu_s": peer,
            "ratio": peer / again,
            "note": note,
        }
    ]
