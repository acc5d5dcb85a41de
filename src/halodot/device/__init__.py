"""Device stage: stack, contacts and protocols to a recorded trace."""

from .consistency import check_protocol
from .measure import measure, resolve, resolved_values
from .state import Trace

__all__ = ["Trace", "check_protocol", "measure", "resolve", "resolved_values"]
