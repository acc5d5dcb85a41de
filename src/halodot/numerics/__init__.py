"""Grids, the Bernoulli function, block-tridiagonal solves. No physics."""
