"""The electro-ionic engine: electrons, holes, mobile ions, traps, light and Poisson in one Newton.

Unknowns at each node: potential phi (in units of kT/q), densities of electrons, holes and each
mobile ion species [m-3]. Trap occupations are eliminated node by node at every time level, so they
keep their own dynamics at no extra unknown. Conventions: x runs from the left contact to the right
one, currents are positive along x, voltage is applied to the left contact.
"""
