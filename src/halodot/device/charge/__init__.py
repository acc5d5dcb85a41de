"""The electro-ionic engine: electrons, holes, mobile ions, traps, light and Poisson in one Newton.

Unknowns at each node: potential phi (in units of kT/q), densities of electrons, holes and each
mobile ion species [m-3]. Trap occupations are eliminated node by node at every time level, so they
keep their own dynamics at no extra unknown. Conventions: x runs from the left contact to the right
one, currents are positive along x, voltage is applied to the left contact.

`build.build` makes a `Cell` from layers and contacts in plain SI floats, `simulate.Simulation`
runs it:

>>> import numpy as np
>>> from halodot.device.charge.build import ChargeContact, ChargeLayer, build
>>> from halodot.device.charge.simulate import Simulation
>>> layer = ChargeLayer(
...     thickness=2e-7, relative_permittivity=6.0, electron_affinity=4.0, band_gap=2.4,
...     dos_conduction=1e26, dos_valence=1e26, electron_mobility=1e-8, hole_mobility=1e-8,
... )
>>> cell = build([layer], ChargeContact(work_function=4.0), ChargeContact(work_function=4.0))
>>> record = Simulation(cell).steady(np.array([10.0]))
>>> mott_gurney = 9 / 8 * 8.854e-12 * 6.0 * 1e-8 * 10.0**2 / 2e-7**3
>>> bool(abs(record.current_density[0] / mott_gurney - 1) < 0.2)
True
"""
