"""The study file: what resolves, varies and draws, and that a resolved study is the same study."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halodot.core import tomlfile
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.ensemble import draw_library, draw_state, with_intervals
from halodot.figures.state import Figure, Figures
from halodot.library import Library
from halodot.study import draw, from_data, load, resolve, uncertain
from halodot.template import EXAMPLES, template


def data(kind: str = "memristor") -> dict:
    return tomlfile.parse(template(kind))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_resolved_study_is_the_same_study(kind: str) -> None:
    first = from_data(data(kind))
    text = tomlfile.dumps(resolve(first.study))
    second = from_data(tomlfile.parse(text))
    assert second.study == first.study
    assert second.identity == first.identity
    assert tomlfile.dumps(resolve(second.study)) == text


@given(
    st.floats(3e-10, 1e-6),
    st.floats(0.5, 1.0),
    st.floats(1.0, 2.0),
    st.text("aµ'\"\\ ", max_size=5),
)
def test_quantities_survive_to_the_last_bit(
    size: float, low: float, high: float, note: str
) -> None:
    given_ = data()
    ends = (max(size * low, 3e-10), min(size * high, 1e-6))
    given_["dots"]["size"] = {"value": f"{size!r} m", "low": f"{ends[0]!r} m",
                              "high": f"{ends[1]!r} m", "note": note}  # fmt: skip
    first = from_data(given_).study
    second = from_data(tomlfile.parse(tomlfile.dumps(resolve(first)))).study
    assert first == second
    assert first.dots is not None
    assert first.dots.size is not None
    assert first.dots.size.value == size


def test_identity_sees_every_value_and_own_files(tmp_path: Path) -> None:
    one = from_data(data()).identity
    assert from_data(tomlfile.override(data(), "study.seed", 2)).identity != one
    (tmp_path / "own.toml").write_text(
        "[[material]]\nkind = 'electrode'\nname = 'Xy'\n[material.values]\nwork_function = '5 eV'\n"
    )
    own = tomlfile.override(data(), "library", ["own.toml"])
    own = tomlfile.override(own, "device.left.electrode", "Xy")
    first = from_data(own, tmp_path)
    assert first.library.entry("electrode", "Xy").quantity("work_function").value == 5.0
    text = (tmp_path / "own.toml").read_text()
    (tmp_path / "own.toml").write_text(text.replace("5 eV", "4 eV"))
    assert from_data(own, tmp_path).identity != first.identity


def test_variants_differ_by_what_they_set() -> None:
    both = data()
    both["variant"] = [{"label": "thin", "set": {"device.layer[0].thickness": "20 nm"}},
                       {"label": "as is"}]  # fmt: skip
    (label, thin), (_, same) = from_data(both).variants
    assert label == "thin"
    assert [float(s.device.layer[0].thickness) for s in (thin, same)] == [2e-8, 1e-7]
    # one draw of both differs only in what differs between them
    assert draw(thin, 3).film == draw(same, 3).film


def test_draws_are_inside_bounds_reproducible_and_centred() -> None:
    study = from_data(data()).study
    names = {key for key, _ in uncertain(study)}
    assert "film.hopping.reorganisation_energy" in names
    draws = [draw(study, k) for k in range(400)]
    assert draws[7] == draw(study, 7)
    assert not list(uncertain(draws[0]))
    values = [float(d.film.hopping.reorganisation_energy) for d in draws]
    q = study.film.hopping.reorganisation_energy
    inside = sum(q.low <= v <= q.high for v in values) / len(values)
    # 400 draws of a 90 % interval: standard error 1.5 %, three of them
    assert abs(inside - 0.9) < 0.045
    above = sum(v > q.value for v in values) / len(values)
    assert abs(above - 0.5) < 0.075  # three standard errors of 2.5 %


def test_draws_of_library_and_states() -> None:
    library = Library.builtin()
    gaps = [
        draw_library(library, 1, k).entry("perovskite", "CsPbBr3").quantity("band_gap")
        for k in range(30)
    ]
    assert len({q.value for q in gaps}) == 30
    assert all(q.low is None for q in gaps)
    figure = Figure("x", Sourced(1.0, "V", 0.5, 2.0), "")
    assert draw_state(figure, seed=1, k=0).value.low is None
    assert draw_state(None, seed=1, k=0) is None


def figures(value: float) -> tuple[Figures, ...]:
    found = (Figure("x", Sourced(value, "V"), ""), Figure("word", Sourced(1.0), "", "bipolar"))
    return (Figures("iv", "", found),)


def at_once(name: str, compute):
    return compute()


@pytest.mark.parametrize("draws", [19, 39, 99])
def test_intervals_hold_ninety_percent_of_further_draws(draws: int) -> None:
    # exact answer for n uniform draws: the k-th of n leaves k/(n+1) below it in expectation
    value = [math.modf(k * 0.6180339887498949)[0] for k in range(1, draws + 1)]
    q = with_intervals(figures(0.5), lambda k: figures(value[k]), draws, at_once)[0]["x"].value
    rank = round(0.05 * (draws + 1)) - 1
    assert q.low == pytest.approx(sorted(value)[rank], rel=1e-12)
    assert q.high == pytest.approx(sorted(value)[-1 - rank], rel=1e-12)
    assert q.value == 0.5


def test_a_draw_that_cannot_be_run_is_counted_and_not_used() -> None:
    def one(k: int) -> tuple[Figures, ...]:
        if k % 2:
            raise InputError("thickness", 1, "less")
        return figures(float(k))

    found = with_intervals(figures(1.0), one, 6, at_once)[0]
    assert "3 of 6 draws did not converge" in found.notes[0]
    assert "range of 3 draws" in found["x"].value.note
    assert found["word"].category == "bipolar"
    assert found["word"].value.low is None


def test_overrides_name_what_is_wrong() -> None:
    for key in ("device.layer[9].name", "device.layer[0", "film.ligand.x", "a..b", "device[0]"):
        with pytest.raises(InputError):
            tomlfile.override(data(), key, 1)
    assert tomlfile.override({}, "a.b", 1) == {"a": {"b": 1}}


def test_a_shipped_study_is_found_by_its_id(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "m1_nickel.toml").write_text(template("memristor"))
    monkeypatch.setattr("halodot.inheritance.shipped", lambda: {"m1": tmp_path / "m1_nickel.toml"})
    assert load("M1").study.study.id == "my_memristor"
    with pytest.raises(InputError, match="did you mean 'm1'"):
        load("m11")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = template("memristor")
    (tmp_path / "s.toml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(tmp_path / "s.toml").study == from_data(tomlfile.parse(text)).study


DOTS = '[dots]\nformula = "CsPbBr3"\nsize = "9 nm"\n'
HEAD = '[study]\nid = "x"\ntitle = "t"\n'


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        from_data(tomlfile.parse(text))
    return caught.value


@pytest.mark.parametrize("before", ["", 'study = "x"\n'])
def test_a_missing_table_is_asked_for_as_a_table(before: str) -> None:
    error = refused(before + DOTS)
    assert error.field == "study"
    assert "[study]" in error.allowed
    assert all(word in error.remedy for word in ("[study]", "id =", "title ="))
    from_data(tomlfile.parse(HEAD + DOTS))  # what the remedy asks for is enough


def test_a_list_of_tables_is_asked_for_as_one() -> None:
    error = refused(HEAD + '[device]\nkind = "two_terminal"\n')
    assert "[[device.layer]]" in error.remedy


def test_a_missing_table_does_not_hide_a_wrong_value() -> None:
    assert refused(DOTS + 'shape = "cubee"\n').field == "dots.shape"
    assert refused(DOTS + 'shap = "cube"\n').field == "dots.shap"


def test_a_category_cannot_be_reported_and_the_message_says_so() -> None:
    reported = '[[reported]]\nname = "confinement_regime"\nvalue = "weak"\nrole = "predicted"\n'
    error = refused(HEAD + DOTS + reported)
    assert error.field.startswith("reported[0].value")
    assert "category" in error.allowed


def test_a_folder_does_not_hide_the_id_of_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p1").mkdir()
    assert load("p1").study.study.id == "p1"
    (tmp_path / "p1").rmdir()
    (tmp_path / "p1").write_text(HEAD + DOTS, encoding="utf-8")
    assert load("p1").study.study.id == "x"  # a file is taken
