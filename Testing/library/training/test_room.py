"""What a step needs, found without computing it, beside what a real step takes."""

import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.footprint import Meter
from MedGANSynthLib.networks.registry import count_parameters
from MedGANSynthLib.systems.registry import system_class
from MedGANSynthLib.training import room, session
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.example import example_batch
from MedGANSynthLib.training.people import data_facts

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "name", ["alpha-wgan-sigmarat1", "progan-slices", "scgan", "cyclegan-t1-t2"]
)
def test_a_step_takes_what_was_found_before(name):
    config = load_config(f"{name}-debug")
    found = room.needed(config, config.batch, low=False)
    torch.manual_seed(0)
    system = system_class(config.system)(config, CPU, lambda network: network)
    for optimizer in system.optimizers.values():
        optimizer.step = lambda: None  # whose moments last
    with Meter() as meter:
        system.step(example_batch(config, config.batch, CPU), config.images)
    assert found.flops == meter.flops
    assert found.passing == pytest.approx(meter.peak, rel=0.1)
    sizes = {n: 4 * count_parameters(network) for n, network in system.networks.items()}
    assert found.lasting == 3 * sum(sizes.values()) + sum(sizes[n] for n in system.exported)


def test_what_cannot_fit_is_refused_with_what_can(monkeypatch):
    config = load_config("dcgan-slices-debug")
    one, four = (room.needed(config, batch, low=False) for batch in (1, 4))
    assert one.passing + 10**4 < four.passing / 2
    monkeypatch.setattr(room, "free_memory", lambda device: one.lasting + one.passing + 10**4)
    with pytest.raises(MedGANSynthError, match=r"does not fit into .* use --set batch=1"):
        room.refuse_what_cannot_fit(config, CPU)
    monkeypatch.setattr(room, "free_memory", lambda device: one.lasting)
    with pytest.raises(MedGANSynthError, match="choose a smaller preset"):
        room.refuse_what_cannot_fit(config, CPU)
    monkeypatch.setattr(room, "free_memory", lambda device: four.lasting + four.passing)
    room.refuse_what_cannot_fit(config, CPU)


def test_a_dry_run_says_what_a_step_needs():
    said = session.dry_run(load_config("cine-dcgan-64-debug"), "cpu")
    assert room.BASE < said["memory"] < 2**30
    assert f"{said['flops'] / 1e9:,.0f} GFLOP" in said["text"]


def test_memory_that_runs_out_in_the_middle_is_a_sentence(tmp_path, monkeypatch):
    """The Run's log has it, and the Run can be resumed."""

    def greedy(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(session, "loop", greedy)
    config = load_config("cine-dcgan-64-debug", ("data.phantoms=3",))
    with pytest.raises(MedGANSynthError, match=r"^not enough memory on cpu for a step of batch=4"):
        session.train(config, None, data_facts(None, 3), tmp_path / "run", "cpu", Events())
    assert "error: not enough memory on cpu" in (tmp_path / "run" / "log.txt").read_text()
    assert not (tmp_path / "run" / "lock").exists()


def test_a_disk_without_room_for_checkpoints_is_told_before_the_first_step(tmp_path, monkeypatch):
    config = load_config("cine-dcgan-64-debug", ("data.phantoms=3",))
    system = system_class(config.system)(config, CPU, lambda network: network)
    weights = 4 * sum(count_parameters(network) for network in system.networks.values())
    four = 4 * (3 * weights + 4 * count_parameters(system.networks["generator"]))
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    monkeypatch.setattr(room.machine, "free_disk", lambda folder: four)
    room.refuse_full_disk(system, tmp_path / "run" / "checkpoints")
    monkeypatch.setattr(room.machine, "free_disk", lambda folder: four - 1)
    with pytest.raises(MedGANSynthError, match=r"run: the checkpoints take \d+ kB and \d+ kB are"):
        session.train(config, None, data_facts(None, 3), tmp_path / "run", "cpu", Events())
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["checkpoints"]
    (tmp_path / "run" / "checkpoints" / "last.pt").touch()  # whose room is taken already
    room.refuse_full_disk(system, tmp_path / "run" / "checkpoints")
