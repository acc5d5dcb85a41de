"""Corrections learned from measured syntheses, on top of a mechanism.

A family is one kind of synthesis with a data set of its own: `antisolvent` (platelets and cubes of
CsPbBr3 from oleates), `mixed_halide` (CsPb(Br,Cl)3 from halide salts). Each takes the light of the
dots as an argument, so that this stage stays below that of the dots.
"""
