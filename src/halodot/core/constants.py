"""Constants of nature in the units of the program (SI, energies in eV): CODATA 2018."""

from __future__ import annotations

BOLTZMANN = 8.617333262e-5  # k [eV/K]
HBAR = 6.582119569e-16  # [eV s]
HC = 1.23984198433e-6  # h c [eV m]
KINETIC = 3.80998211e-20  # hbar^2 / 2 m0 [eV m2]
COULOMB = 1.4399645485e-9  # e^2 / 4 pi eps0 [eV m]
RYDBERG = 13.605693123  # [eV]
BOHR = 5.29177210903e-11  # [m]
PLANCK = 4.135667696e-15  # [eV s]
ELEMENTARY_CHARGE = 1.602176634e-19  # [C], exact
VACUUM_PERMITTIVITY = 8.8541878128e-12  # [F/m]
AVOGADRO = 6.02214076e23  # [1/mol], exact

Z90 = 1.6448536269514722  # 95 % point of the normal law: half of a 90 % interval
