"""``halodot task``: what an array of a device computes, beside its baselines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tasks import Row


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "task",
        help="digits, reservoirs, looming, logic: what an array of a device computes",
        description="Run a task on a study with [task], on any study with a device and --task, or "
        "on a folder of measured files; or all shipped tasks, each in a process of its own, with "
        "one table. Each score stands beside its baseline in software and chance.",
        epilog="Exit codes: 0 all is well, 1 a task is incomplete or failed, 2 bad input. "
        "Tasks: digits, mnist, learning, reservoir, vowels, firing, looming, logic, gated_memory.",
    )
    p.add_argument(
        "device", nargs="?", metavar="STUDY|FOLDER", help="a study, or a folder of measured files"
    )
    p.add_argument("--all", action="store_true", help="all shipped tasks in one table")
    p.add_argument("--only", metavar="IDS", default="", help="with --all: n1,n7")
    p.add_argument("--task", metavar="NAME", default="", help="which task; default: of the study")
    p.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="such as task.hidden=32 or 'array.wire_resistance=2 ohm'; may be repeated",
    )
    p.add_argument("--jobs", type=int, metavar="N", default=2, help="with --all: at a time")
    p.add_argument("--draws", type=int, metavar="N", help="draws of the device's own figures")
    p.add_argument(
        "-o", "--output", metavar="DIR", help="default runs/tasks, or runs/ID-task of one device"
    )
    p.add_argument("--json", action="store_true", help="one JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one task or all; exit code 1 where one is not ok."""
    from ..core.errors import InputError

    if args.all == bool(args.device):
        allowed = "either --all, or a study or folder"
        raise InputError("task", args.device or "nothing", allowed, "halodot task --all")
    if args.all:
        for option, given in (("--task", args.task), ("--set", args.set)):
            if given:
                raise InputError(option, given, "one device", "halodot task STUDY " + option)
        return _all(args)
    return _one(args)


def _all(args: argparse.Namespace) -> int:
    from ..tasks import FOLDER, tasks
    from .atlas import Watch
    from .output import print_json

    watch = Watch()
    only = [word for word in args.only.replace(" ", ",").split(",") if word]
    found = tasks(only, args.output or FOLDER, jobs=args.jobs, watch=watch.show)
    watch.end()
    if args.json:
        print_json(found.to_json())
    else:
        for row in found.rows:
            _print(row)
        sys.stdout.write(f"{found.page.resolve()}\n")
    return 0 if found.is_whole else 1


def _one(args: argparse.Namespace) -> int:
    from ..report.task_page import row_json
    from .output import print_json

    row, folder = _measured(args) if Path(args.device).is_dir() else _simulated(args)
    if args.json:
        print_json(row_json(row))
    else:
        _print(row)
        sys.stdout.write(f"{(folder / 'report.html').resolve()}\n")
    return 0 if row.status == "ok" else 1


def _settings(args: argparse.Namespace) -> list[tuple[str, Any]]:
    from ..core.errors import InputError
    from ..sweeping import axis

    found = []
    for text in args.set:
        key, values = axis(text)
        if len(values) != 1:
            raise InputError("--set", text, "one value", "halodot sweep takes several")
        found.append((key, values[0]))
    return found


def _measured(args: argparse.Namespace) -> tuple[Row, Path]:
    from ..networks import on_files

    folder = Path(args.output or f"runs/{Path(args.device).resolve().name}-task")
    return on_files(args.device, args.task or "digits", _settings(args), folder), folder


def _simulated(args: argparse.Namespace) -> tuple[Row, Path]:
    from ..runs import run as run_study
    from ..tasks import row_of, with_task
    from .run import Bar

    file = with_task(args.device, args.task, _settings(args))
    name = file.study.study.id
    folder = Path(args.output or f"runs/{name}-task")
    with Bar() as bar:
        done = run_study(file, folder, draws=args.draws, progress=bar.show)
    return row_of(name, done), folder


def _print(row: Row) -> None:
    """Print one task: what it reached, beside what, and the verdict."""
    from ..report.task_page import words_of

    sys.stdout.write("\n".join(words_of(row)) + "\n")
