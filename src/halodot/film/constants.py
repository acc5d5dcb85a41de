"""CODATA 2018 constants in the units of the film models (energies in eV)."""

from __future__ import annotations

BOLTZMANN = 8.617333262e-5  # eV/K
HBAR = 6.582119569e-16  # eV s
PLANCK = 4.135667696e-15  # eV s
ELEMENTARY_CHARGE = 1.602176634e-19  # C
VACUUM_PERMITTIVITY = 8.8541878128e-12  # F/m
HBAR2_OVER_M0 = 7.619964e-20  # eV m2, hbar^2 / electron mass
