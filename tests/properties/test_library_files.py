"""Whatever a user's file holds: it is read, or refused with the file named."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.library.reading import read_file
from halodot.library.schema import COLUMNS, KINDS, QUANTITIES, TEXT

cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*KINDS, *QUANTITIES, "eV", "m", "cm2/Vs", "1", "2.3", "-1", "1e400", "nan"]),
)


def read(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            rows = read_file(path)
        except InputError as e:
            assert name in e.field  # noqa: PT017 - both outcomes are right
            return
    for row in rows:
        quantity = QUANTITIES[row.quantity]
        if quantity.unit != TEXT and row.value.is_known:
            assert quantity.low <= float(row.value) <= quantity.high


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(cells, max_size=12), max_size=3))
def test_any_csv(lines):
    body = "\n".join(",".join(line) for line in lines)
    read("any.csv", (",".join(COLUMNS) + "\n" + body).encode("utf-8", "replace"))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content):
    read("any.csv", content)
    read("any.toml", content)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(QUANTITIES)),
    st.one_of(
        st.integers(), st.booleans(), st.floats(), st.text("0123456789.eV mcs/-", max_size=9)
    ),
)
def test_any_toml_value(quantity, value):
    text = f'"{value}"' if isinstance(value, str) else str(value).lower()
    head = '[[material]]\nkind = "perovskite"\nname = "X"\n[material.values]\n'
    read("any.toml", (head + f"{quantity} = {text}\n").encode())
