"""Device stage: stack, contacts and protocols to a recorded trace."""

from .compact import compact
from .consistency import check_protocol
from .measure import measure, resolve, resolved_values
from .state import Trace

__all__ = ["Trace", "check_protocol", "compact", "measure", "resolve", "resolved_values"]
