"""Light in thin films: spectra, optical constants, transfer matrix, generation, the eye.

A service to the stages: it knows layers by their optical constants and nothing of devices.
"""

__all__ = [
    "Film",
    "OpticalConstants",
    "Spectrum",
    "StackOptics",
    "generation_profile",
    "solve",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    homes = {
        "Film": "transfer_matrix",
        "StackOptics": "transfer_matrix",
        "solve": "transfer_matrix",
        "OpticalConstants": "constants",
        "Spectrum": "spectrum",
        "generation_profile": "generation",
    }
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{homes[name]}", __name__), name)
