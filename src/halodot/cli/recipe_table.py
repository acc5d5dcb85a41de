"""``halodot recipe --table ROWS.csv -o OUT.csv`` and ``--scores``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from ..recipes.predictor import Predictor


def add_options(p: argparse.ArgumentParser) -> None:
    """Add the options of tables."""
    group = p.add_argument_group("many recipes at once")
    group.add_argument("--table", metavar="ROWS.csv", help="predict a table, one recipe a row")
    group.add_argument("-o", "--output", metavar="OUT.csv", help="where the predictions go")
    group.add_argument(
        "--scores", action="store_true", help="how well left-out syntheses are predicted (minutes)"
    )


def is_wanted(args: argparse.Namespace) -> bool:
    """Whether a table or the scores are asked for."""
    return args.table is not None or args.scores


def refuse_alone(args: argparse.Namespace) -> None:
    """Refuse ``-o`` without a table."""
    from ..core.errors import InputError

    if args.output is not None:
        raise InputError("-o", args.output, "beside --table ROWS.csv", "add --table")


def run(args: argparse.Namespace) -> int:
    """Predict the table; exit code 1 where a row has no prediction."""
    from ..core.errors import InputError

    if args.scores:
        return _scores()
    if args.file is not None:
        raise InputError("FILE.toml", args.file, "either a file or --table", "leave one out")
    if args.output is not None and Path(args.output).resolve() == Path(args.table).resolve():
        raise InputError("-o", args.output, "another file than the table", "name a new file")
    rows = _read(Path(args.table))
    found = _predictor(args)(rows)
    text = found.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    if args.output is None:
        sys.stdout.write(text)
    else:
        _write(Path(args.output), text)
    good = int((found["status"] == "ok").sum())
    sys.stderr.write(f"{good} of {len(found)} recipes predicted, ")
    known = sum(value is True or value == "True" for value in found["in_domain"])
    sys.stderr.write(f"{known} of a kind that was measured\n")
    return 0 if good == len(found) else 1


def _predictor(args: argparse.Namespace) -> Predictor:
    from ..library import Library
    from ..recipes import predictor

    if not args.materials:
        return predictor.trained()
    library = Library.builtin().with_files(args.materials)
    return predictor.learn(numbers=predictor.shipped(), library=library)


def _read(path: Path) -> pd.DataFrame:
    """Read a CSV with comma, semicolon or tab; with semicolons a decimal comma is read as such."""
    import csv

    import pandas as pd

    from ..core.errors import InputError
    from ..recipes.columns import NUMBERS

    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise InputError(
            "--table", f"{path} ({found})", "a CSV file with a header", "check the path"
        )
    try:
        text = _text(path.read_bytes())
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        lines = [line for line in csv.reader(text.splitlines(), delimiter=separator) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        raise InputError("--table", str(path), "a CSV file with a header", str(e)) from None
    if not lines:
        raise InputError("--table", f"{path} (empty)", "a CSV file with a header", "add a header")
    names = [name.strip() for name in lines[0]]
    for k, line in enumerate(lines[1:], 2):
        if len(line) > len(names) and any(cell.strip() for cell in line[len(names) :]):
            found = f"{len(line)} cells in line {k}"
            raise InputError("--table", found, f"{len(names)}, as in the header", "quote commas")
    filled = [(line + [""] * len(names))[: len(names)] for line in lines[1:]]
    while filled and not any(cell.strip() for cell in filled[-1]):
        filled.pop()  # what a spreadsheet leaves below its last row
    rows = pd.DataFrame(filled, columns=names, dtype=str)
    if separator == ";" and len(set(names)) == len(names):
        for name in set(names) & set(NUMBERS):
            rows[name] = rows[name].str.replace(",", ".", regex=False)
    return rows


def _text(raw: bytes) -> str:
    """Text of a file as Excel and others write it."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    return raw.decode("utf-8-sig")


def _write(path: Path, text: str) -> None:
    """Write aside and rename, so that no half-written file looks whole."""
    from ..core.errors import InputError

    aside = path.with_name(path.name + ".partial")
    try:
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError as e:
        raise InputError("-o", str(path), "a file that can be written", str(e)) from None


def _scores() -> int:
    from ..recipes import cdse, scoring

    found = scoring.scores()
    sys.stdout.write(scoring.table(found) + "\n\n")
    for line in scoring.contradictions():
        sys.stdout.write(f"Table 1 of the review contradicts itself: {line}\n")
    hidden = ", ".join(f"{name} {error:.2f} nm" for name, error in cdse.errors().items())
    sys.stdout.write(f"What random folds hide (diameters of CdSe): {hidden}\n")
    return 0
