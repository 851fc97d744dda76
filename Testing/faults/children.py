"""What processes of their own do; they find it by this module's name."""

import contextlib
import io
import os
import random
import sys
from pathlib import Path

from MedGANSynthLib import cli

TURNS = 30
REQUESTS = [
    ["models", "add", "{package}", "--overwrite"],
    ["models", "add", "{package}"],
    ["models", "remove", "shared"],
    ["models", "verify", "shared"],
    ["models", "list"],
]


def train(command: list[str], said: Path) -> None:
    """A training; all it says goes into a file, and its exit code is the process's."""
    with open(said, "a", encoding="utf-8") as file:
        sys.stderr = sys.stdout = file
        code = cli.main(command)
    sys.exit(code)


def window(package: Path, seed: int, models: Path, said: Path) -> None:
    """A window of Slicer that changes the folder of models; each exit code and error is noted."""
    os.environ["MEDGANSYNTH_MODELS"] = str(models)
    draws, lines = random.Random(seed), []
    for _ in range(TURNS):
        words = [word.format(package=package) for word in draws.choice(REQUESTS)]
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
            code = cli.main(words)
        lines.append(f"{code} {' '.join(words[:2])}: {errors.getvalue().strip()}")
    said.write_text("\n".join(lines))
