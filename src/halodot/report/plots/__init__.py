"""Pictures of the hand-over states, each an SVG string that is the same bytes every time.

One file a family: `dots` (sizes, spectrum, colour), `stack` (layers, bands, ions), `traces`
(what was measured), `scores` (reported against computed, tasks). `style` holds what they share.
"""

from __future__ import annotations

__all__ = ["dots", "scores", "stack", "style", "traces"]
