"""Whatever is typed as a formula: it round-trips, or it is refused with a sentence."""

from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.crystal import describe, figures
from halodot.crystal.composition import parse
from halodot.crystal.structure import dot
from halodot.library import Library

LIB = Library.builtin()

FAMILIES = (
    "{a}{b}{x}3",
    "{a}2{b}{x}6",
    "{a}2Ag{b}{x}6",
    "{a}3{b}2{x}9",
    "{a}4{b}{x}6",
    "{a}{b}2{x}5",
)


@st.composite
def sites(draw: st.DrawFn, symbols: tuple[str, ...]) -> str:
    chosen = draw(st.lists(st.sampled_from(symbols), min_size=1, max_size=3, unique=True))
    cuts = draw(st.lists(st.integers(0, 1000), min_size=len(chosen), max_size=len(chosen)))
    total = sum(cuts)
    if len(chosen) == 1 or total == 0:
        return chosen[0]
    return "(" + "".join(f"{s}{c / total:.5f}" for s, c in zip(chosen, cuts, strict=True)) + ")"


formulas = st.builds(
    lambda form, a, b, x: form.format(a=a, b=b, x=x),
    st.sampled_from(FAMILIES),
    sites(("Cs", "FA", "MA", "Rb")),
    sites(("Pb", "Sn", "Bi", "In")),
    sites(("Cl", "Br", "I")),
)


@given(formulas)
def test_canonical_text_round_trips(text):
    once = parse(text)
    again = parse(once.formula)
    assert again == once
    assert again.formula == once.formula
    for _, site in once.sites:
        assert abs(sum(x for _, x in site) - 1.0) < 1e-12
    assert abs(sum(once.end_members.values()) - 1.0) < 1e-9


@settings(max_examples=30)
@given(formulas)
def test_every_formula_can_be_described(text):
    body = describe(text)
    for key in ("tolerance_factor", "bartel_tau", "lattice_constant_nm"):
        assert body[key]["value"] is not None or body[key]["reason"]


@settings(max_examples=25, deadline=None)
@given(formulas, st.floats(1e-9, 1e-6), st.floats(100.0, 800.0))
def test_probabilities_add_up_wherever_they_are_known(text, size, temperature):
    found = figures(text, size=size, temperature=temperature)
    odds = [found[f"stable_phase_probability_{p}"] for p in ("alpha", "beta", "gamma", "delta")]
    known = [q for q in odds if q.is_known]
    assert all(q.note for q in odds if not q.is_known)
    assert all(-1e-12 <= q.value <= 1.0 + 1e-12 for q in known)
    assert all(q.low is None and q.high is None for q in known)  # priors are in the value
    assert not known or abs(sum(float(q) for q in known) - 1.0) < 1e-9


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("CsPbBr3", "CsPbI3", "CsPb(Br0.5Cl0.5)3")),
    st.tuples(*[st.integers(1, 5)] * 3),
    st.sampled_from(("alpha", "beta", "gamma")),
    st.sampled_from(("AX", "BX2")),
)
def test_a_cuboid_has_the_ions_of_its_planes(text, cells, phase, termination):
    cube = dot(text, LIB, cells, phase=phase, termination=termination)
    a, b, c = cells
    inner, outer = a * b * c, (a + 1) * (b + 1) * (c + 1)
    lead, caesium = (inner, outer) if termination == "AX" else (outer, inner)
    assert (cube.ions["Pb"], cube.ions["Cs"]) == (lead, caesium)
    halides = sum(n for s, n in cube.ions.items() if s not in ("Pb", "Cs"))
    assert cube.charge == 2 * lead + caesium - halides
    if termination == "AX":  # every halide lies on a bond of some B along one axis
        assert halides == 3 * inner + a * b + b * c + c * a


ALPHABET = "CsPbBrIClMAFASn0123456789.():,% x₃"


@given(st.one_of(st.text(max_size=250), st.text(ALPHABET, max_size=40)))
def test_anything_else_is_refused_with_a_sentence(text):
    try:
        found = parse(text)
    except InputError as e:
        refusal = e
    else:
        assert parse(found.formula) == found
        return
    assert refusal.field == "formula"
    assert refusal.allowed
