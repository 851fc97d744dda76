"""`medgansynth worker` on a 128x128x30 T1 phantom: what a click costs beyond the network's time.

- First click: from the start of the process to `done`, less the network's time.
- Second click: from the line sent to `done`, with everything warm, less the network's time.

Network time is that of `forward.run_network` alone on the same prepared volume, measured in this
process with the worker idle. The first click may cost the imports (`ready` says how long they took)
and a second more.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.inference.forward import run_network
from MedGANSynthLib.inference.translate import Translator
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

MODEL = "t1-t2-brain"
SHAPE, SPACING = (128, 128, 30), (1.75, 1.75, 5.0)
CLICKS = 5
FIRST_LIMIT_S, SECOND_LIMIT_S = 1.0, 0.5


def network_seconds(volume: Volume) -> float:
    """Median time of the network alone."""
    translator = Translator.load(open_package(MODEL), device="cpu")
    (prepared,) = translator.prepare([volume])
    times = []
    for _ in range(CLICKS + 1):
        started = time.perf_counter()
        run_network(translator.network, translator.ports, [prepared.array], prepared.spacing)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def click(child: subprocess.Popen, source: Path, out: Path) -> float:
    """Seconds from the line sent to `done`."""
    fields = {"inputs": [str(source)], "model": MODEL, "out": str(out), "device": "cpu"}
    started = time.perf_counter()
    child.stdin.write(json.dumps({"id": out.name, "task": "translate", "fields": fields}) + "\n")
    child.stdin.flush()
    event = wait_for(child, "done", "error")
    if event["event"] == "error":
        raise SystemExit(event["text"])
    return time.perf_counter() - started


def wait_for(child: subprocess.Popen, *kinds: str) -> dict[str, Any]:
    """The next event of one of `kinds`."""
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] in kinds:
            return event
    raise SystemExit("the worker ended")


def main() -> int:
    """Print the times; 1 if over a limit."""
    volume = head_phantom(0, SHAPE, SPACING)["t1"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "t1.nrrd"
        write(volume, source)
        started = time.perf_counter()
        command = [sys.executable, "-m", "MedGANSynthLib", "worker"]
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        imports = wait_for(child, "ready")["seconds"]
        click(child, source, Path(folder) / "first.nrrd")
        first = time.perf_counter() - started
        clicks = [click(child, source, Path(folder) / f"{n}.nrrd") for n in range(CLICKS)]
        network = network_seconds(volume)
        child.stdin.write('{"task": "quit"}\n')
        child.stdin.close()
        child.wait()
    second = statistics.median(clicks)
    beyond_first, beyond_second = first - imports - network, second - network
    print(f"network alone   {network:6.2f} s")
    print(f"imports         {imports:6.2f} s")
    print(f"first click     {first:6.2f} s, beyond imports and network {beyond_first:.2f} s")
    print(f"later clicks    {second:6.2f} s, beyond the network {beyond_second:.2f} s")
    print(f"limits          {FIRST_LIMIT_S} s and {SECOND_LIMIT_S} s")
    return int(beyond_first > FIRST_LIMIT_S or beyond_second > SECOND_LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
