"""``halodot crossbar``."""

import io
import json
import os
import pickle

import numpy as np
import pytest

from halodot.array import Crossbar
from halodot.array.ends import Ends
from halodot.array.laws import Sinh
from halodot.array.nonlinear import NonlinearCrossbar
from halodot.cli import crossbar as verb
from halodot.cli import main as cli

RNG = np.random.default_rng(4)
G, V = RNG.uniform(1e-6, 1e-4, (6, 5)), RNG.uniform(0, 0.2, (3, 6))


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "VERBS", ("crossbar",))
    monkeypatch.chdir(tmp_path)
    np.save("G.npy", G)
    np.save("V.npy", V)

    def call(*extra, g="G.npy", v="V.npy", wire="1", out="I.npy"):
        return cli.main(["crossbar", g, v, "--wire-resistance", wire, "-o", out, *extra])

    return call


@pytest.mark.parametrize("wire", ["1", "1 ohm", "1e-3 kohm", "1.0"])
def test_currents_are_written(run, wire, capsys):
    assert run("--json", wire=wire) == 0
    np.testing.assert_allclose(np.load("I.npy"), Crossbar(G, 1.0).solve(V).current, rtol=1e-11)
    body = json.loads(capsys.readouterr().out)
    assert body["status"] == "ok"
    assert body["wire_resistance_ohm"] == 1.0
    assert sorted(os.listdir()) == ["G.npy", "I.npy", "V.npy"]


def test_one_input_comes_out_as_one_row(run):
    np.save("V.npy", V[0])
    assert run(wire="0") == 0
    assert np.array_equal(np.load("I.npy"), V[0] @ G)


def test_ends_are_read(run, capsys):
    np.save("U.npy", np.full(5, 0.05))
    options = "--bit-wire-resistance 2 --source-resistance", "50 ohm", "--ground-resistance 10"
    words = [
        *options[0].split(),
        options[1],
        *options[2].split(),
        "--driven",
        "both",
        "--held",
        "top",
    ]
    np.save("V.npy", V * (np.arange(6) != 2))
    assert run("--json", *words, "--floating-word", "2", "--bit-voltage", "U.npy") == 0
    ends = Ends("both", "top", 50.0, 10.0, (2,))
    expected = Crossbar(G, 1.0, bit_wire_resistance=2.0, ends=ends).solve(
        V * (np.arange(6) != 2), np.full(5, 0.05)
    )
    np.testing.assert_allclose(np.load("I.npy"), expected.current, rtol=1e-10)
    assert json.loads(capsys.readouterr().out)["bit_wire_resistance_ohm"] == 2.0


def test_a_law_is_read(run, capsys):
    assert run("--json", "--law", "sinh 0.2 V", "--read-voltage", "100 mV") == 0
    expected = NonlinearCrossbar(Sinh(G, 0.2, 0.1), 1.0) @ V
    np.testing.assert_allclose(np.load("I.npy"), expected, rtol=1e-10)
    body = json.loads(capsys.readouterr().out)
    assert (body["method"], body["law"]) == ("newton", "sinh 0.2 V")


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (3, 20), (20, 3)])
def test_any_shape(run, shape):
    cells, volts = RNG.uniform(0, 1e-3, shape), RNG.uniform(-1, 1, shape[0])
    np.save("G.npy", cells)
    np.save("V.npy", volts)
    assert run() == 0
    np.testing.assert_allclose(np.load("I.npy"), Crossbar(cells, 1.0) @ volts, rtol=1e-11)


@pytest.mark.parametrize(
    ("cells", "volts", "named"),
    [
        (-G, V, "conductance[0, 0]"),
        (np.where(G > 9e-5, np.nan, G), V, "conductance"),
        (G, np.where(V > 0.15, np.nan, V), "voltage"),
        (G, V[:, :5], "voltage"),
        (G[0], V, "conductance"),
    ],
)
def test_bad_numbers_are_refused(run, cells, volts, named, capsys):
    np.save("G.npy", cells)
    np.save("V.npy", volts)
    assert run() == 2
    assert named in capsys.readouterr().err
    assert not os.path.exists("I.npy")


@pytest.mark.parametrize(
    "words",
    [
        ["--source-resistance", "-1 ohm"],
        ["--ground-resistance", "much"],
        ["--bit-wire-resistance", "nan"],
        ["--floating-word", "a"],
        ["--floating-bit", "9"],
        ["--floating-word", "0"],
        ["--bit-voltage", "G.npy"],
        ["--law", "cubic"],
        ["--law", "sinh"],
        ["--law", "sinh 0 V"],
        ["--law", "sinh 0.2 V", "--read-voltage", "x"],
    ],
)
def test_bad_options_are_refused(run, words, capsys):
    if words[1].startswith("-"):
        words = [f"{words[0]}={words[1]}"]
    assert run(*words) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_other_orders_and_types_are_read(run):
    np.save("G.npy", np.asfortranarray(G.astype(">f4")))
    assert run() == 0
    expected = Crossbar(G.astype("f4"), 1.0).solve(V).current
    np.testing.assert_allclose(np.load("I.npy"), expected, rtol=1e-11)


def header(text, version=(1, 0)):
    raw = text.encode()
    return b"\x93NUMPY" + bytes(version) + len(raw).to_bytes(2, "little") + raw


def archive():
    buffer = io.BytesIO()
    np.savez(buffer, G=G)
    return buffer.getvalue()


def with_objects():
    buffer = io.BytesIO()
    np.save(buffer, np.array([[None]]), allow_pickle=True)
    return buffer.getvalue()


HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 10000000), }\n"
JUNK = {
    "text": b"0.1, 0.2\n",
    "empty": b"",
    "cut in the magic": b"\x93NUM",
    "cut in the header": b"\x93NUMPY\x01\x00\xff\xff{'descr'",
    "pickle": pickle.dumps([1, 2]),
    "objects": with_objects(),
    "archive": archive(),
    "promises 80 TB": header(HUGE) + b"\0" * 64,
    "negative shape": header(HUGE.replace("1000000,", "-3,")) + b"\0" * 64,
    "overflowing shape": header(HUGE.replace("1000000,", "9" * 40 + ",")),
    "nested header": header("(" * 9000),
    "no header": header("[]"),
    "bad type": header(HUGE.replace("<f8", "zz")),
    "bad keys": header("{'descr': '<f8'}"),
    "not a shape": header(HUGE.replace("1000000", "'a'")),
    "version": header(HUGE, (9, 9)),
    "binary header": b"\x93NUMPY\x01\x00\x10\x00" + bytes(range(128, 144)),
    "empty array": header(HUGE.replace("(1000000, 10000000)", "(0, 3)")),
}


@pytest.mark.parametrize("which", JUNK)
@pytest.mark.parametrize("place", ["g", "v"])
def test_junk_is_refused_with_the_file_named(run, which, place, capsys):
    with open("junk.npy", "wb") as file:
        file.write(JUNK[which])
    assert run(**{place: "junk.npy"}) == 2
    message = capsys.readouterr().err
    assert "cannot be used" in message
    assert "Traceback" not in message
    if which != "empty array":
        assert "junk.npy" in message
    assert not os.path.exists("I.npy")


def test_random_damage_never_escapes(run, capsys):
    whole = open("G.npy", "rb").read()  # noqa: SIM115
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(6, 128, 3):
            damaged[place] = rng.integers(0, 256)
        with open("junk.npy", "wb") as file:
            file.write(damaged[: rng.integers(6, len(whole) + 1)])
        assert run(g="junk.npy") in (0, 2)
    capsys.readouterr()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"g": "none.npy"}, "none.npy"),
        ({"g": "."}, "a folder"),
        ({"out": "."}, "a folder"),
        ({"out": "none/I.npy"}, "none/I.npy"),
        ({"wire": "-1"}, "--wire-resistance"),
        ({"wire": "1 nm"}, "--wire-resistance"),
        ({"wire": "nan"}, "--wire-resistance"),
        ({"wire": "much"}, "--wire-resistance"),
        ({"v": "G.npy"}, "voltage"),
    ],
)
def test_bad_arguments(run, change, named, capsys):
    if change.get("wire") == "-1":
        change = {"wire": " -1"}
    assert run(**change) == 2
    assert named in capsys.readouterr().err


def test_the_old_file_stays_when_writing_fails(run, monkeypatch):
    assert run() == 0
    before = np.load("I.npy")

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", broken)
    assert run(wire="50") == 2
    assert np.array_equal(np.load("I.npy"), before)
    assert sorted(os.listdir()) == ["G.npy", "I.npy", "V.npy"]


def test_bad_convergence_is_exit_code_one(run, monkeypatch, capsys):
    monkeypatch.setattr("halodot.array.crossbar_reference.RESIDUAL_LIMIT", -1.0)
    assert run("--json") == 1
    assert json.loads(capsys.readouterr().out)["status"] == "not_converged"


def test_the_verb_registers_without_heavy_imports():
    assert callable(verb.register)
