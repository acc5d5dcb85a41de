"""Device stage: stack, contacts and protocols to a recorded trace."""

from .measure import measure, resolve, resolved_values
from .state import Trace

__all__ = ["Trace", "measure", "resolve", "resolved_values"]
