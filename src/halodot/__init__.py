"""halodot: inorganic halide perovskite quantum dots from the flask to the circuit."""

__version__ = "0.1.0"
