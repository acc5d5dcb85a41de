"""Heat of the current: one temperature for the filament and the ions around it."""

from __future__ import annotations

from .rates import joule_temperature

HOTTEST = 1200.0  # about where metals of filaments melt [K]; kept there


def warmed(
    power: float, film: float, radius: float, length: float, resistivity: float, ambient: float
) -> tuple[float, bool]:
    """Return the temperature [K] of a filament, and whether it had to be cut at `HOTTEST`.

    Parameters
    ----------
    power
        Set free in the filament [W].
    film
        Thermal conductivity of the film [W/m/K].
    radius, length
        Of the filament [m].
    resistivity
        At that radius [ohm m].
    ambient
        Temperature of the electrodes [K].

    Examples
    --------
    >>> warmed(0.0, 0.3, 1e-9, 2e-8, 4e-7, 300.0)
    (300.0, False)
    """
    found = joule_temperature(power, film, radius, length, resistivity, ambient)
    return min(found, HOTTEST), found > HOTTEST
