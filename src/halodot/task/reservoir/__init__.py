"""Reservoir computing: volatile devices as nodes, a trained linear read-out."""
