"""The first-order correction for wire resistance is met with an error of second order."""

import numpy as np

from halodot.array import Crossbar, limits


def test_error_of_the_first_order_falls_with_the_square_of_the_resistance():
    rng = np.random.default_rng(3)
    G, V = rng.uniform(1e-6, 1e-4, (12, 9)), rng.uniform(0.0, 0.2, 12)
    wires = np.array([0.5, 1.0, 2.0, 4.0])
    errors = [np.abs((Crossbar(G, r) @ V) - limits.first_order(G, V, r)).max() for r in wires]
    order = np.polyfit(np.log(wires), np.log(errors), 1)[0]
    # r G m n is 0.003 to 0.02 here: the third order is below a few per cent of the second.
    assert abs(order - 2.0) < 0.15


def test_a_wrong_first_order_has_order_one():
    rng = np.random.default_rng(3)
    G, V = rng.uniform(1e-6, 1e-4, (12, 9)), rng.uniform(0.0, 0.2, 12)
    wires = np.array([0.5, 1.0, 2.0, 4.0])
    errors = [np.abs((Crossbar(G, r) @ V) - limits.first_order(G, V, r / 2)).max() for r in wires]
    order = np.polyfit(np.log(wires), np.log(errors), 1)[0]
    assert order < 1.15
