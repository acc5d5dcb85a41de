r"""What a reservoir remembers and computes, from its states under a random input.

Memory capacity (H. Jaeger, GMD report 152 (2001)): the sum over delays k of the squared
correlation of u(t - k) with what a linear read-out makes of the states; at most the number of
states. Information processing capacity (J. Dambre et al., Sci. Rep. 2, 514 (2012),
doi:10.1038/srep00514): the same for every product of Legendre polynomials of past inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError

F = NDArray[np.float64]
RUNAWAY = 10.0  # of NARMA, which stays below 1 else
WINDOWS = {1: 20, 2: 8, 3: 5}  # delays looked at, by degree
Target = tuple[tuple[int, int], ...]  # (delay, degree) of each factor


def delayed(inputs: F, delay: int) -> F:
    """Return the input `delay` steps before; zero before the first.

    >>> delayed(np.array([1.0, 2.0, 3.0]), 1).tolist()
    [0.0, 1.0, 2.0]
    """
    return np.concatenate([np.zeros(delay), inputs[: len(inputs) - delay]])


def squared_correlation(target: F, found: F, threshold: float) -> F:
    r"""Return the squared correlation of each column, without what chance adds to it.

    :math:`1 - (1 - r^2)(T - 1)/(T - 2)`, and zero where :math:`r^2` is not above `threshold`.

    Parameters
    ----------
    target, found
        [T, targets].
    """
    count = len(target)
    a, b = target - target.mean(axis=0), found - found.mean(axis=0)
    power = (a**2).sum(axis=0) * (b**2).sum(axis=0)
    square = (a * b).sum(axis=0) ** 2 / np.where(power > 0.0, power, np.inf)
    fair = 1.0 - (1.0 - square) * (count - 1) / (count - 2)
    return np.where(square > threshold, fair, 0.0)


def correlation_threshold(count: int, significance: float) -> float:
    """Return the squared correlation that unrelated numbers pass with this probability.

    For normal numbers it has the law Beta(1/2, (T - 2)/2).

    >>> round(correlation_threshold(400, 1e-3), 4)
    0.0269
    """
    from scipy.stats import beta

    return float(beta.ppf(1.0 - significance, 0.5, 0.5 * (count - 2)))


def capacities(states: F, targets: F, significance: float) -> tuple[F, float]:
    r"""Return the capacity of each target, and the threshold below which it counts as zero.

    With N independent states and T steps, :math:`C_0 = |Q^T z|^2 / |z|^2` (Q: an orthonormal base
    of the states) of a target z that has nothing to do with them has the mean N/T, and for normal
    numbers the law Beta(N/2, (T - N)/2). The threshold is the quantile of that law; what lies above
    is freed of the mean: :math:`C = (C_0 - N/T) / (1 - N/T)`.

    Parameters
    ----------
    states
        [T, N], after the washout.
    targets
        [T, targets].

    Raises
    ------
    InputError
        If there are not at least twice as many steps as independent states.
    """
    from scipy.stats import beta

    centred = states - states.mean(axis=0)
    scale = centred.std(axis=0)
    centred = centred[:, scale > 0.0] / scale[scale > 0.0]
    wanted = targets - targets.mean(axis=0)
    base, size, _ = np.linalg.svd(centred, full_matrices=False)
    independent = int(np.sum(size > 1e-10 * size.max(initial=0.0)))
    steps = len(states) - 1  # the mean takes one
    if steps < 2 * independent:
        raise InputError(
            "steps", steps, f"at least {2 * independent}, twice the independent states",
            "ask for more steps or fewer nodes",
        )  # fmt: skip
    if independent == 0:
        return np.zeros(wanted.shape[1]), 0.0
    within = base[:, :independent].T @ wanted
    whole = (within**2).sum(axis=0) / (wanted**2).sum(axis=0)
    threshold = float(beta.ppf(1.0 - significance, 0.5 * independent, 0.5 * (steps - independent)))
    mean = independent / steps
    return np.where(whole > threshold, (whole - mean) / (1.0 - mean), 0.0), threshold


def legendre(degree: int, x: F) -> F:
    """Return the Legendre polynomial, of unit mean square for x uniform in -1 to 1."""
    one = np.zeros(degree + 1)
    one[degree] = np.sqrt(2.0 * degree + 1.0)
    return np.asarray(np.polynomial.legendre.legval(x, one))


def tasks_of(degree: int, window: int) -> Iterator[Target]:
    """Yield every product of this degree of polynomials of the inputs of a window.

    >>> sorted(tasks_of(2, 2))
    [((0, 1), (1, 1)), ((0, 2),), ((1, 2),)]
    """
    for factors in range(1, degree + 1):
        splits = [
            s for s in combinations_with_replacement(range(1, degree + 1), factors)
            if sum(s) == degree
        ]  # fmt: skip
        for delays in combinations(range(window), factors):
            for split in splits:
                for order in sorted(_orders(split)):
                    yield tuple(zip(delays, order, strict=True))


def _orders(split: tuple[int, ...]) -> set[tuple[int, ...]]:
    from itertools import permutations

    return set(permutations(split))


def product(inputs: F, target: Target) -> F:
    """Return the product of polynomials of delayed inputs that `target` names."""
    out = np.ones(len(inputs))
    for delay, degree in target:
        out = out * legendre(degree, delayed(inputs, delay))
    return out


def processing(
    states: F, inputs: F, washout: int, significance: float, windows: dict[int, int] | None = None
) -> dict[int, float]:
    """Return the information processing capacity of each degree, 1 to 3.

    Parameters
    ----------
    states
        [T, N], one row for each input.
    inputs
        Uniform and independent in -1 to 1, shape [T].
    significance
        Of all targets of one degree together (Bonferroni).
    """
    found = {}
    for degree, window in (WINDOWS if windows is None else windows).items():
        targets = list(tasks_of(degree, window))
        table = np.stack([product(inputs, t) for t in targets], axis=1)
        each, _ = capacities(states[washout:], table[washout:], significance / len(targets))
        found[degree] = float(each.sum())
    return found


def narma(inputs: F, order: int) -> F:
    """Return the non-linear auto-regressive moving average of the inputs, 2 or 10.

    y(t+1) = 0.4 y(t) + 0.4 y(t) y(t-1) + 0.6 u(t)^3 + 0.1 (order 2) and
    y(t+1) = 0.3 y(t) + 0.05 y(t) sum_{i<10} y(t-i) + 1.5 u(t-9) u(t) + 0.1 (order 10):
    A. F. Atiya and A. G. Parlos, IEEE Trans. Neural Netw. 11, 697 (2000), doi:10.1109/72.846741.

    Parameters
    ----------
    inputs
        In 0 to 0.5, shape [T].

    Returns
    -------
    array [T]
        y(t+1) beside u(t).

    Raises
    ------
    InputError
        If the series runs away, which order 10 does for rare inputs.

    Examples
    --------
    >>> narma(np.zeros(3), 2).round(4).tolist()
    [0.1, 0.14, 0.1616]
    """
    memory = 10 if order == 10 else 2
    y = np.zeros(len(inputs) + memory)
    u = np.concatenate([np.zeros(memory), inputs])
    for t in range(memory - 1, len(y) - 1):
        if order == 10:
            step = 0.3 * y[t] + 0.05 * y[t] * y[t - 9 : t + 1].sum() + 1.5 * u[t - 8] * u[t + 1]
        else:
            step = 0.4 * y[t] + 0.4 * y[t] * y[t - 1] + 0.6 * u[t + 1] ** 3
        y[t + 1] = step + 0.1
        if abs(y[t + 1]) < RUNAWAY:
            continue
        raise InputError("seed", "inputs for which NARMA-10 runs away", "another seed", "change it")
    return y[memory:]


def nrmse(target: F, found: F) -> float:
    """Return the root mean square error over the standard deviation of the target.

    >>> nrmse(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    1.0
    """
    return float(np.sqrt(np.mean((target - found) ** 2)) / np.std(target))


def rank(states: F, noise: float) -> int:
    """Return how many directions of the states stand above noise.

    A matrix of noise has singular values up to about noise (sqrt(M) + sqrt(N)).

    Parameters
    ----------
    states
        [sequences, states], states in units of their full scale.
    noise
        Standard deviation of a state, in the same unit.

    Examples
    --------
    >>> rank(np.outer([1.0, 2.0, 3.0], [1.0, 1.0]), 1e-3)
    1
    """
    size = np.linalg.svd(states, compute_uv=False)
    edge = max(noise, 1e-12) * (np.sqrt(states.shape[0]) + np.sqrt(states.shape[1]))
    return int(np.sum(size > edge))
