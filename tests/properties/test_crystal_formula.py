"""Whatever is typed as a formula: it round-trips, or it is refused with a sentence."""

from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.crystal.composition import parse
from halodot.crystal import describe

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
