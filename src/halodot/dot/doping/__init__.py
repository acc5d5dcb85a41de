"""Dopants in a dot: transfer of energy to ions, quantum cutting, passivation; bands and yields.

`part` joins them to the dots; `sweeps` gives the yield against content and excitation.
"""
