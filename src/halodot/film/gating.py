"""What a gate sees: its charge goes to free carriers, to traps and to ions that follow.

At rest one Fermi level serves both carriers. With net fixed charge A (acceptors less donors),

    h(eta) = A,    h = p + p_t - n - n_t,    eta = (E_v - E_F)/kT,    eta_n = -E_g/kT - eta

with p, n in the Gaussian levels of the dots (`filling`) and p_t = N_t f(eta + E_t/kT) in traps
that lie E_t inside the gap. A gate that induces the charge Q per volume raises eta_0 to eta_1:

    Q = h(eta_1) - h(eta_0) + q_ion,

so that it first meets carriers of the other kind. Ions of the same sign, left to follow, pile up
with the same potential, N (exp(eta_1 - eta_0) - 1); those of the other sign leave,
N (1 - exp(eta_0 - eta_1)). Call what they hold in equilibrium q_eq. They need a time tau to get
there (`ions.following_time`), and a gate that stands for the time t is met by

    q_ion = (1 - exp(-t/tau)) q_eq;

the carriers share the rest. What a transistor then shows is the mobility at the density it has
made, times the share of the gate's charge that is free to move,

    mu_app = mu(p_1) [p(eta_1) - p(eta_0)] / Q.

A film with few carriers and many fast ions hardly answers to its gate; one whose ions are frozen,
or which holds more carriers than ions, shows the mobility of the film.

Range: at rest at most half the levels are full, under the gate nine tenths; more is cut off, as
it would go to deeper layers and higher levels, and `is_overfull` says so. One uniform layer, no
field along the channel.
Expected accuracy: that of the ion and carrier densities, which are priors: a decade or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .filling import bisect, fermi, mobile_share, occupation

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
FEW = 1e-12  # of the levels, or of a gate's charge: what is taken for no carriers of this kind
MOST_AT_REST, MOST = 0.5, 0.9  # of the levels
LOWEST, HIGHEST = -150.0, 60.0  # of a Fermi level, beyond the edges of the gap [kT]
EMPTY = -500.0  # below this a level counts as if it stood here [kT]


@dataclass(frozen=True)
class Channel:
    """What a gate charges, one film an element. Densities [m-3], energies in kT.

    Attributes
    ----------
    levels, width, exponent
        Levels of the dots [m-3], their disorder over kT and C of the disorder factor [1].
    traps, depth
        Traps [m-3] and how far they lie in the gap.
    ions, sign, followed
        Mobile ions [m-3], +1 where they bear the sign of the carriers, else -1, and the share of
        their equilibrium charge that they reach in time [1].
    other, gap
        Carriers of the other kind, whose Fermi level is -gap - eta, and the gap over kT; None where
        they are left out.
    """

    levels: Array
    width: Array
    exponent: Array
    traps: Array
    depth: Array
    ions: Array
    sign: float
    followed: Array
    other: Channel | None = None
    gap: Array | float = 0.0

    def free(self, eta: Array) -> Array:
        """Carriers in the levels [m-3]."""
        return self.levels * occupation(np.maximum(eta, EMPTY), self.width)

    def opposite(self, eta: Array) -> Array:
        """Carriers of the other kind in levels and traps [m-3]."""
        return np.zeros_like(eta) if self.other is None else self.other.held(-self.gap - eta)

    def net(self, eta: Array) -> Array:
        """Carriers held, less those of the other kind [m-3]."""
        return self.held(eta) - self.opposite(eta)

    def most_at_rest(self) -> Array:
        """The most carriers that the film is let hold at rest [m-3]."""
        return MOST_AT_REST * self.levels + self.traps

    def held(self, eta: Array) -> Array:
        """Carriers in levels and traps [m-3]."""
        return self.free(eta) + self.trapped(eta)

    def trapped(self, eta: Array) -> Array:
        """Carriers in traps [m-3]."""
        return self.traps * fermi(-eta - self.depth)

    def ionic(self, shift: Array) -> Array:
        """Charge of ions in equilibrium with a potential of `shift` kT [m-3]."""
        return self.sign * self.ions * np.expm1(self.sign * np.minimum(shift, 200.0))

    def moving(self, eta: Array) -> Array:
        """Carriers times mobility over mu_0 [m-3]."""
        return self.levels * mobile_share(np.maximum(eta, EMPTY), self.width, self.exponent)


@dataclass(frozen=True)
class Gated:
    """Where the charge of the gate went: shares that add to one, and the mobility over mu_0.

    `opposite` is the share that met carriers of the other kind, `beyond` that for which the levels
    have no room.
    """

    free: Array
    trapped: Array
    ionic: Array
    opposite: Array
    beyond: Array
    mobility: Array


def rest(channel: Channel, net: Array) -> Array:
    """Return the Fermi level [kT] of films with `net` carriers at rest, traps included.

    Those of the other kind count negative.

    Examples
    --------
    >>> bare = channel_of(levels=1e24, width=1.5)
    >>> round(float(bare.free(rest(bare, np.array([1e22])))[0]) / 1e22, 6)
    1.0
    """
    least = FEW * channel.levels if channel.other is None else -channel.other.most_at_rest()
    wanted = np.clip(net, least, channel.most_at_rest())
    return _root(channel, lambda eta: channel.net(eta) - wanted, wanted.shape)


def is_overfull(channel: Channel, net: Array, charge: Array) -> tuple[Mask, Mask]:
    """Return whether carriers at rest, and those of the gate, go beyond what the levels may hold.

    Examples
    --------
    >>> bare = channel_of(levels=1e24, width=1.5)
    >>> at_rest, gated = is_overfull(bare, np.array([6e23]), np.array([1e23]))
    >>> bool(at_rest[0]), bool(gated[0])
    (True, False)
    """
    least = 0.0 if channel.other is None else -channel.other.most_at_rest()
    at_rest = (net > channel.most_at_rest()) | (net < np.minimum(least, 0.0))
    return at_rest, charge > MOST * channel.levels - channel.free(rest(channel, net))


def gated(channel: Channel, eta: Array, charge: Array) -> Gated:
    """Return what `charge` [m-3] on the gate does to films with Fermi level `eta`.

    Examples
    --------
    >>> bare = channel_of(levels=1e24, width=0.0)
    >>> done = gated(bare, rest(bare, np.array([1e20])), np.array([1e21]))
    >>> round(float(done.free[0]), 6), round(float(done.mobility[0]), 3)
    (1.0, 0.999)
    """
    asked = charge
    charge = np.minimum(asked, MOST * channel.levels - channel.free(eta))
    before = channel.net(eta)
    slow = _root(
        channel,
        lambda at: channel.net(at) - before + channel.ionic(at - eta) - charge,
        charge.shape,
    )
    ionic = channel.followed * np.clip(channel.ionic(slow - eta), 0.0, charge)
    full = _root(channel, lambda at: channel.net(at) - before - (charge - ionic), charge.shape)
    free = (channel.free(full) - channel.free(eta)) / asked
    return Gated(
        free,
        (channel.trapped(full) - channel.trapped(eta)) / asked,
        ionic / asked,
        (channel.opposite(eta) - channel.opposite(full)) / asked,
        1.0 - charge / asked,
        np.where(free < FEW, 0.0, free * channel.moving(full) / channel.free(full)),
    )


def channel_of(**given: float) -> Channel:
    """Return the channel of one film: what is not given is zero, ions bear the carriers' sign."""
    names = ("levels", "width", "exponent", "traps", "depth", "ions", "followed")
    values: dict[str, Any] = {n: np.array([given.get(n, 0.0)]) for n in names}
    return Channel(sign=given.get("sign", 1.0), **values)


def _root(channel: Channel, miss, shape: tuple[int, ...]) -> Array:  # type: ignore[no-untyped-def]
    return bisect(miss, np.broadcast_to(LOWEST - channel.gap, shape), np.full(shape, HIGHEST))
