"""Studies that stand on another: what is taken, what is replaced, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from halodot.core import tomlfile
from halodot.core.errors import InputError
from halodot.inheritance import inherited
from halodot.study import find, from_data, load, resolve

HEAD = '[study]\nid = "x1"\ntitle = "mine"\n'


def test_a_study_takes_the_tables_of_its_base_and_keeps_its_own() -> None:
    own = tomlfile.parse(HEAD + 'base = "m9"\n[device]\narea = "1 mm2"\n')
    found, base = inherited(own), tomlfile.read(find("m9"))
    assert found["study"]["title"] == "mine"
    assert "base" not in found["study"]
    assert "description" not in found["study"]
    assert found["study"]["seed"] == base["study"]["seed"]
    assert found["device"]["area"] == "1 mm2"
    assert found["device"]["layer"] == base["device"]["layer"]
    assert "variant" not in found
    assert "reported" not in found


def test_a_variant_of_the_base_is_the_study_that_its_run_is_of() -> None:
    label = "DDAB, high compliance"
    own = from_data(tomlfile.parse(HEAD + f'base = "m9"\nvariant = "{label}"\n')).study
    other = dict(load("m9").variants)[label]
    for stage in ("dots", "film", "device"):
        assert resolve(getattr(own, stage)) == resolve(getattr(other, stage))
    assert own.protocol == other.protocol


def test_a_quantity_is_replaced_as_a_whole() -> None:
    text = HEAD + 'base = "m9"\n[device.circuit]\ncompliance = { value = "2 uA" }\n'
    study = from_data(tomlfile.parse(text)).study
    assert study.device is not None
    compliance = study.device.circuit.compliance
    assert compliance is not None
    assert (compliance.value, compliance.low, compliance.note) == (2e-6, None, "")


def test_a_resolved_study_stands_alone(tmp_path: Path) -> None:
    text = HEAD + 'base = "m9"\nvariant = "OGB, low compliance"\n'
    study = from_data(tomlfile.parse(text)).study
    body = tomlfile.dumps(resolve(study))
    again = from_data(tomlfile.parse(body), tmp_path).study
    assert again == study


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ('base = "m99"\n', "study"),
        ('base = "m9"\nvariant = "OGB"\n', "study.variant"),
        ('base = "m8"\nvariant = "any"\n', "study.variant"),
        ('base = "gone.toml"\n', "gone.toml"),
    ],
)
def test_what_is_not_there_is_refused(lines: str, field: str) -> None:
    with pytest.raises(InputError) as e:
        from_data(tomlfile.parse(HEAD + lines))
    assert e.value.field.endswith(field)


def test_bases_that_go_round_are_refused(tmp_path: Path) -> None:
    for a, b in (("a", "b"), ("b", "a")):
        text = f'[study]\nid = "{a}"\ntitle = "t"\nbase = "{b}.toml"\n'
        (tmp_path / f"{a}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="circles"):
        load(tmp_path / "a.toml")
