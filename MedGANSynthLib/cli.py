"""Turns a command line into a Task and prints its result.

The grammar is read off the Task dataclasses: a field's type decides how its option parses, its
metadata how it is spelled. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 cancelled.
"""

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import types
import typing
from typing import Any

from . import __version__, streams, tasks, worker
from .errors import NO_MEMORY, Cancelled, MedGANSynthError
from .events import ConsoleEvents, Events, JsonEvents, QuietEvents
from .tasks.words import flag

_NOUNS = {
    "presets": "training configurations",
    "data": "what is trained on",
    "models": "model packages",
    "evaluate": "measure results",
    "cine": "heart cycles",
    "experiment": "published studies, repeated",
    "study": "can experts tell? the blinded reader study (Turing test)",
}


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar, one subcommand for each Task."""
    parser = argparse.ArgumentParser(
        prog="medgansynth",
        description="Synthetic medical volumes with GANs. Research only, not for diagnosis.",
    )
    parser.add_argument("--version", action="version", version=f"medgansynth {__version__}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    nouns: dict[str, Any] = {}
    for command, task in tasks.TASKS.items():
        *noun, verb = command.split()
        group = verbs
        if noun:
            if noun[0] not in nouns:
                text = _NOUNS[noun[0]]
                branch = verbs.add_parser(noun[0], help=text, description=text)
                nouns[noun[0]] = branch.add_subparsers(required=True, metavar="VERB")
            group = nouns[noun[0]]
        text = (task.__doc__ or "").strip()
        _add_fields(group.add_parser(verb, help=text, description=text), task)
    text = "Do Tasks that come as JSON lines on standard input, and stay warm between them."
    verbs.add_parser("worker", help=text, description=text).set_defaults(task=None)
    return parser


def _add_fields(parser: argparse.ArgumentParser, task: type[tasks.Task]) -> None:
    parser.set_defaults(task=task)
    hints = typing.get_type_hints(task)
    for field in dataclasses.fields(task):
        required = field.default is dataclasses.MISSING
        kind, many = _kind(hints[field.name])
        text = field.metadata["help"].replace("%", "%%")  # argparse fills in %(...)s
        options: dict[str, Any] = {"help": text, "dest": field.name}
        if kind is bool:
            parser.add_argument(flag(field.name), action="store_true", **options)
            continue
        options["type"] = kind
        if not required and not many and field.default not in (None, ""):
            options["help"] += f" (default: {field.default})"
        if field.metadata.get("positional"):
            options.pop("dest")
            nargs = {"nargs": "*" if not required else "+"} if many else {}
            parser.add_argument(field.name, **options, **nargs)
            continue
        names = [flag(field.name)]
        if "short" in field.metadata:
            names.insert(0, field.metadata["short"])
        if many:
            options |= {"action": "extend", "nargs": "+"}
        options["metavar"] = field.metadata.get("metavar", field.name.upper())
        default = [] if many else None if required else field.default
        parser.add_argument(*names, required=required, default=default, **options)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument(
        "--progress",
        choices=("text", "json", "none"),
        default="text",
        help="progress for a person (default), as JSON lines on standard output, or warnings alone",
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _kind(hint: Any) -> tuple[type, bool]:
    """The scalar type of a field and whether it takes several values."""
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not type(None)), False
    return hint, False


def main(argv: list[str] | None = None) -> int:
    """Entry point of `medgansynth`."""
    streams.make_usable()
    arguments = vars(build_parser().parse_args(argv))
    if arguments["task"] is None:
        return worker.main()
    task_type, as_json = arguments.pop("task"), arguments.pop("json")
    progress, debug = arguments.pop("progress"), arguments.pop("debug")
    listener = {"text": ConsoleEvents, "json": JsonEvents, "none": QuietEvents}[progress]()
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        result = tasks.run(task_type(**values), listener)
    except (MedGANSynthError, KeyboardInterrupt) as error:
        if debug:
            raise
        return _fail(listener, error)
    except BrokenPipeError:
        return 1
    except MemoryError:
        return _fail(listener, MedGANSynthError(NO_MEMORY))
    except Exception as error:  # a defect of ours: still one sentence, with the way to more
        if debug:
            raise
        return _fail(
            listener,
            MedGANSynthError(
                f"internal error ({type(error).__name__}: {error}); please report it with the "
                "output of the same command and --debug."
            ),
        )
    try:
        if progress == "json":
            listener.emit("done", result=result)
        else:
            text = json.dumps(result, indent=1) if as_json else render(result)
            streams.write_line(text, sys.stdout)
    except BrokenPipeError:  # `medgansynth ... | head`
        pass
    except MedGANSynthError as error:
        return _fail(listener, error)
    return 1 if result.get("failed") else 0


def _interrupt(number: int, frame: Any) -> None:
    """SIGTERM unwinds like Ctrl-C, so that temporary files are removed."""
    raise KeyboardInterrupt


def _fail(listener: Events, error: BaseException) -> int:
    cancelled = isinstance(error, (Cancelled, KeyboardInterrupt))
    text = str(error) or "cancelled."
    if isinstance(listener, JsonEvents):
        with contextlib.suppress(BrokenPipeError, MedGANSynthError):
            listener.emit("error", text=text, cancelled=cancelled)
    with contextlib.suppress(OSError):
        print(f"medgansynth: {text}", file=sys.stderr)
    return 130 if cancelled else 1


def render(result: dict[str, Any]) -> str:
    """A result for people: its `text`, its `rows` as a table, else one `key: value` a line."""
    parts = [result["text"]] if "text" in result else []
    if "rows" in result:
        parts.append(_table(result["rows"]))
    if not parts:
        parts = [f"{key}: {_cell(value)}" for key, value in result.items()]
    return "\n".join(part for part in parts if part)


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    heads = list(rows[0])
    cells = [heads, *([_cell(row.get(h, "")) for h in heads] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:z.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(v) for v in value)
    return "" if value is None else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
