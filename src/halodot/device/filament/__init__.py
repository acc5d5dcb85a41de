"""Filaments: ions on a lattice of a dot film that build, and lose, conducting paths."""
