"""Closed forms of a gate of ions: the two double layers of an electrolyte and how fast they form.

Ions of an electrolyte pile up at both of its faces. Each face is a capacitor as thick as the cloud
of ions (diffuse layer), in series with what no ion enters (compact layer, Helmholtz):

    lambda = sqrt(eps kT / (q^2 sum z^2 a))                      screening length
    C_d(0) = eps / lambda                                        diffuse layer at rest
    C_d(V) = C_d(0) sinh(u) / ([1 + 2 nu sinh^2(u/2)] sqrt(2/nu ln[1 + 2 nu sinh^2(u/2)]))
    1/C    = 1/C_compact + 1/C_d(gate) + 1/C_d(channel)
    tau    = lambda L / 2 D                                      of a symmetric electrolyte

with u = q V/kT over the diffuse layer and nu = 2 a/a_max the share of sites that ions fill: its
capacitance first rises with u (Chapman) and falls as 1/sqrt(u) where ions crowd.
The engine solves the same with mobile ions in a layer; tests compare the two.
Reference: Kilic, Bazant and Ajdari, doi:10.1103/PhysRevE.75.021502.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY

if TYPE_CHECKING:
    from .charge.layers import ChargeLayer

SMALL = 1e-4  # u below which the capacitance is that at rest


def screening_length(permittivity: float, strength: float, temperature: float = 300.0) -> float:
    """Screening length [m] of ions of summed z^2 a `strength` [m-3] in a relative permittivity.

    >>> round(screening_length(80.0, 2 * 6.022e26, 298.15) * 1e9, 3)
    0.307
    """
    eps = permittivity * VACUUM_PERMITTIVITY
    return math.sqrt(eps * BOLTZMANN * temperature / (ELEMENTARY_CHARGE * strength))


def diffuse_capacitance(
    permittivity: float,
    density: float,
    voltage: float = 0.0,
    limit: float = math.inf,
    temperature: float = 300.0,
) -> float:
    """Differential capacitance of the diffuse layer of z:z = 1:1 ions [F/m2].

    Parameters
    ----------
    density
        Of each of the two ions [m-3].
    voltage
        Over the diffuse layer [V].
    limit
        Sites of each ion [m-3]; inf: points (Gouy and Chapman).

    >>> c = diffuse_capacitance(10.0, 1e25)
    >>> round(diffuse_capacitance(10.0, 1e25, 0.1) / c, 3)  # cosh(q V/2 kT)
    3.531
    """
    length = screening_length(permittivity, 2.0 * density, temperature)
    rest = permittivity * VACUUM_PERMITTIVITY / length
    u = abs(voltage) / (BOLTZMANN * temperature)
    if u < SMALL:
        return rest
    if math.isinf(limit):
        return rest * math.cosh(0.5 * u)
    nu = 2.0 * density / limit
    if u > 500.0:
        return rest / math.sqrt(2.0 * nu * u)
    crowd = 1.0 + 2.0 * nu * math.sinh(0.5 * u) ** 2
    return rest * math.sinh(u) / (crowd * math.sqrt(2.0 / nu * math.log(crowd)))


def in_series(*capacitances: float) -> float:
    """Capacitance of capacitors in series.

    >>> in_series(2.0, 2.0, float("inf"))
    1.0
    """
    return 1.0 / sum(1.0 / c for c in capacitances)


def charging_time(
    permittivity: float,
    density: float,
    thickness: float,
    mobility: float,
    temperature: float = 300.0,
) -> float:
    """Time constant of both double layers of a blocked 1:1 electrolyte [s]: lambda L/2D.

    >>> round(charging_time(10.0, 1e25, 40e-6, 1e-12), 3)
    0.654
    """
    length = screening_length(permittivity, 2.0 * density, temperature)
    return length * thickness / (2.0 * mobility * BOLTZMANN * temperature)


def layer_capacitance(
    layer: ChargeLayer, temperature: float = 300.0, compact: float = math.inf
) -> float:
    """Capacitance per area of an insulator, or at rest of the two double layers of ions in it.

    Parameters
    ----------
    compact
        Of the compact layer at the gate [F/m2].
    """
    plain = layer.relative_permittivity * VACUUM_PERMITTIVITY / layer.thickness
    strength = sum(ion.charge**2 * ion.density for ion in layer.ions)
    if strength <= 0.0:
        return in_series(plain, compact)
    length = screening_length(layer.relative_permittivity, strength, temperature)
    if layer.thickness < 2.0 * length:
        return in_series(plain, compact)
    cloud = layer.relative_permittivity * VACUUM_PERMITTIVITY / length
    return in_series(compact, cloud, cloud)
