"""Closed forms of the rate equations, for tests and for reading."""

from __future__ import annotations

import numpy as np

from .equations import System


def single_acceptor(
    ions: float = 10.0,
    *,
    radiative: float = 1e8,
    loss: float = 1e8,
    transfer: float = 1e9,
    back: float = 0.0,
    order: float = 1.0,
    annihilation: float = 0.0,
    ion_radiative: float = 1e3,
    ion_loss: float = 0.0,
) -> System:
    """Return one dot with one kind of ion, cold (no thermal excitation).

    Examples
    --------
    >>> single_acceptor(ions=3.0).ions.tolist()
    [[3.0]]
    """

    def one(v: float) -> np.ndarray:
        return np.array([[v]])

    return System(
        radiative=np.array([radiative]),
        loss=np.array([loss]),
        exciton_thermal=np.zeros(1),
        ions=one(ions),
        sites=np.array([1000.0]),
        transfer=one(transfer),
        back=one(back),
        order=np.array([order]),
        annihilation=one(annihilation),
        ion_radiative=one(ion_radiative),
        ion_loss=one(ion_loss),
        ion_thermal=np.zeros((1, 1)),
        exchange=np.zeros((1, 1, 1)),
    )


def low_excitation(
    radiative: float,
    loss: float,
    transfer: float,
    order: float = 1.0,
    ion_yield: float = 1.0,
) -> tuple[float, float]:
    """Return the yields of host and ion, ``k_r / k`` and ``q eta k_T / k``, k the sum of all.

    Parameters
    ----------
    radiative, loss, transfer
        Of the exciton, transfer to all ions together [1/s].
    order
        Ions that share an exciton.
    ion_yield
        Photons per excited ion.

    Examples
    --------
    >>> low_excitation(1.0, 0.0, 3.0, 2.0)
    (0.25, 1.5)
    """
    total = radiative + loss + transfer
    return radiative / total, order * ion_yield * transfer / total


def saturated(ions: float, ion_radiative: float, excitation: float) -> float:
    """Return the yield of ions that are all excited, ``N d_rad / G``.

    >>> saturated(100.0, 1e3, 1e6)
    0.1
    """
    return ions * ion_radiative / excitation


def two_level(excitation: float, host: float, transfer: float, ion: float, ions: float) -> float:
    """Return the excited share f of ions that take one quantum each.

    f solves ``G k (1 - f) = d f (K + k N (1 - f))``, with K the decay of the host without ions,
    k the transfer per ion and d the decay of an ion: the physical root of a quadratic.

    Examples
    --------
    >>> two_level(0.0, 1e8, 1e9, 1e3, 10.0)
    0.0
    """
    a = ion * transfer * ions
    b = -(excitation * transfer + ion * host + ion * transfer * ions)
    c = excitation * transfer
    return float(2.0 * c / (-b + np.sqrt(b * b - 4.0 * a * c)))
