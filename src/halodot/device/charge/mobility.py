"""How mobility depends on temperature, field and carrier density."""

from __future__ import annotations

import math

import numpy as np

from ...core.constants import BOLTZMANN
from ...core.errors import InputError
from ...numerics.compiled import kernel

CROWDED = 0.1  # filling above which the density factor of gaussian disorder stays constant
NARROWEST, WIDEST = 2.0, 8.0  # sigma/kT of the density factor


def arrhenius(
    mobility: float, activation: float, temperature: float, reference: float = 300.0
) -> float:
    """Return the mobility at `temperature` [K] of one that is `mobility` at `reference` [K].

    mu(T) = mu_ref exp(-E_a/k (1/T - 1/T_ref)), E_a = `activation` [eV].

    >>> print(round(arrhenius(1e-8, 0.1, 350.0) * 1e8, 3))
    1.738
    """
    return mobility * math.exp(-activation / BOLTZMANN * (1.0 / temperature - 1.0 / reference))


def gaussian_disorder(mobility: float, sigma: float, temperature: float) -> float:
    """Return the mobility of hopping among levels of standard deviation `sigma` [eV].

    mu = mobility exp(-(2 sigma/3 kT)^2), `mobility` the limit of high temperature. Low density,
    low field, sigma/kT from 1 to 7. Baessler, doi:10.1002/pssb.2221750102.

    >>> print(round(gaussian_disorder(1.0, 0.0775562, 300.0), 4))
    0.0183
    """
    return mobility * math.exp(-((2.0 * sigma / (3.0 * BOLTZMANN * temperature)) ** 2))


def pasveer(sigma_over_kT: float) -> tuple[float, float]:
    """Return (c, exponent) of `density_factor` for a gaussian of width `sigma_over_kT`.

    c = (s^2 - s)/2, exponent = 2 (ln(s^2 - s) - ln(ln 4))/s^2, fitted by Pasveer et al.,
    doi:10.1103/PhysRevLett.94.206601, for s from 3 to 6. Below 2 the form loses its meaning (the
    exponent turns negative), and density hardly matters.

    >>> print([round(v, 3) for v in pasveer(4.0)])
    [6.0, 0.27]
    """
    s = sigma_over_kT
    if not NARROWEST <= s <= WIDEST:
        raise InputError(
            "sigma/kT",
            s,
            f"{NARROWEST:g} to {WIDEST:g}",
            "leave the density dependence out for narrow levels",
        )
    spread = s * s - s
    return 0.5 * spread, 2.0 * (math.log(spread) - math.log(math.log(4.0))) / (s * s)


@kernel
def density_factor(c: float, exponent: float, ln_x: float) -> tuple:
    """Rise of a hopping mobility with filling: ln factor = c (2 x)^exponent, d/d ln_x.

    x = carriers per site; it stays at 0.1 above that, rounded so that the slope is continuous.

    >>> ln_factor, slope = density_factor(6.0, 0.27, -7.0)
    >>> print(round(ln_factor, 4), round(slope, 4))
    1.093 0.2951
    """
    if c == 0.0:
        return 0.0, 0.0
    z = 8.0 * (ln_x - np.log(CROWDED))
    far = np.exp(-abs(z))
    over = max(z, 0.0) + np.log1p(far)
    share = far / (1.0 + far) if z > 0.0 else 1.0 / (1.0 + far)
    factor = c * np.exp(exponent * (ln_x - 0.125 * over + np.log(2.0)))
    return factor, exponent * factor * share


@kernel
def hop_boost(y: float) -> tuple:
    """ln(sinh(y)/y) and its slope coth(y) - 1/y: hops over a barrier tilted by y kT each way.

    >>> print([round(v, 6) for v in hop_boost(2.0)])
    [0.59522, 0.537315]
    """
    a = abs(y)
    if a < 0.1:
        q = y * y
        value = q * (1.0 / 6.0 - q * (1.0 / 180.0 - q * (1.0 / 2835.0 - q / 37800.0)))
        return value, y * (1.0 / 3.0 - q * (1.0 / 45.0 - q * (2.0 / 945.0 - q / 4725.0)))
    back = np.exp(-2.0 * a)
    slope = (1.0 + back) / (1.0 - back) - 1.0 / a
    return a - np.log(2.0) - np.log(a) + np.log1p(-back), slope if y > 0.0 else -slope


@kernel
def poole_frenkel(exponent: float, field: float) -> tuple:
    """ln of exp(exponent sqrt|F|) and its slope to F [V/m], rounded off below 100 V/m.

    >>> print(round(poole_frenkel(1e-4, 1e8)[0], 6))
    1.0
    """
    if exponent == 0.0:
        return 0.0, 0.0
    square = field * field + 1e4
    root = np.sqrt(np.sqrt(square))
    return exponent * root, 0.5 * exponent * root * field / square
