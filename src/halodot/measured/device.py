"""Measured files, or the traces of a study, to the device of an array."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .. import chain
from ..array.cell import cell as merged
from ..array.characterise import Characterised, examine
from ..array.spec import ArraySpec
from ..array.state import CellModel
from ..core.errors import InputError
from ..core.sourced import Sourced
from ..study import load
from .folder import read_folder
from .records import Record, Records


@dataclass(frozen=True)
class Device:
    """A device and what it was made from.

    Attributes
    ----------
    cell
        What the records say; unknown where they do not.
    used
        The same with what an array puts in place of what is unknown; its notes say so.
    records
        The files, or the traces of a study in their place.
    found
        Fits and records behind the cell.
    """

    title: str
    cell: CellModel
    used: CellModel
    records: Records
    found: Characterised

    @property
    def missing(self) -> dict[str, str]:
        """What is not known of the device, and what an array takes for it."""
        out = {}
        for name in PARTS:
            q = getattr(self.cell, name)
            if isinstance(q, Sourced) and not q.is_known:
                stand = getattr(self.used, name)
                unit = "" if stand.unit == "1" else f" {stand.unit}"
                taken = f"{float(stand):.3g}{unit} is taken" if stand.is_known else ""
                why = f" ({stand.basis}: {stand.note})" if taken and stand.note else ""
                out[name] = q.note + (f"; {taken}{why}" if taken else "; nothing is taken for it")
            elif q is None:
                out[name] = NOTHING[name]
        return out


PARTS = ("conductance_low", "conductance_high", "read_voltage", "cycle_to_cycle",
         "device_to_device", "conductance_spread", "read_noise", "stuck_low", "stuck_high",
         "update", "decay", "shape")  # fmt: skip
NOTHING = {
    "update": "no record of pulses; an array takes NeuroSim's law with the study's nonlinearity",
    "decay": "no retention, nothing that follows a pulse; an array takes what is written to stay",
    "shape": "no sweep with both states; an array takes cells as ohmic",
}


def characterise(path: str | Path, spec: ArraySpec | None = None, variant: str = "") -> Device:
    """Return the device that a folder of measured files, or a study, describes.

    Parameters
    ----------
    path
        Folder of measured files (see `read_folder`), or a study file with a device and protocols.
    spec
        Of the array; that of the study, or defaults, where None.
    variant
        Label of the variant of a study; its first where empty.

    Raises
    ------
    InputError
        If nothing there can be used.
    """
    if Path(path).is_dir():
        spec = ArraySpec() if spec is None else spec
        records = read_folder(path)
        title = Path(path).resolve().name
    else:
        records, title, own = _simulated(path, variant)
        spec = spec or own or ArraySpec()
    found = examine(records.traces, records.figures, spec)
    used = merged(records.figures[0], spec, found.cell)
    return Device(title, found.cell, used, records, found)


def _simulated(path: str | Path, variant: str) -> tuple[Records, str, ArraySpec | None]:
    """Traces of the nominal values of a study, as records."""
    file = load(path)
    chosen = [(label, s) for label, s in file.variants if not variant or label == variant]
    if not chosen:
        labels = ", ".join(label for label, _ in file.variants if label)
        raise InputError("variant", variant, labels or "none: the study has none", "")
    label, study = chosen[0]
    if study.device is None or not study.protocol:
        allowed = "a study with [device] and [[protocol]], or a folder of measured files"
        raise InputError(str(path), "a study that measures nothing", allowed, "")
    result = chain.measure(study, file.library)
    name = Path(path).name
    used = tuple(
        Record(f"{name}: {p.kind}{f' ({p.label})' if p.label else ''}", Path(path), t.kind, (t,),
               "", "", ("simulated",))
        for p, t in zip(study.protocol, result.traces, strict=True)
    )  # fmt: skip
    title = f"{study.study.title}{f', {label}' if label else ''}"
    figures = result.figures
    return Records(Path(path), used, (), ("1",), figures), title, study.array
