"""What a user has stated: keys that say something else than their default."""

from __future__ import annotations

from ..core.sourced import Sourced
from ..core.spec import Spec


def stated(spec: Spec) -> set[str]:
    """Return the names of the fields of `spec` that differ from their defaults.

    A file that spells out every default, as that of a finished run does, states nothing more than
    the file that it came from; nor does a draw of a default, as the intervals of a study take them.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.film.life import AgeingSpec
    >>> sorted(stated(build(AgeingSpec, {"humidity": 0.9, "draws": 400})))
    ['humidity']
    """
    return {name for name in spec.model_fields_set if _differs(spec, name)}


def _differs(spec: Spec, name: str) -> bool:
    value = getattr(spec, name)
    if isinstance(value, Spec):
        return bool(stated(value))
    default = type(spec).model_fields[name].get_default(call_default_factory=True)
    is_drawn = isinstance(value, Sourced) and value.low is None
    if is_drawn and isinstance(default, Sourced) and default.low is not None:
        return value != default.with_value(float(value))
    return bool(value != default)
