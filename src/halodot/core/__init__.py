"""The ground: errors, status, units, specs, sourced values, randomness, run folders. No physics."""
