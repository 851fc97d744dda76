"""A training small enough to be run many times in one process."""

import functools

import pytest
import torch

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.data.slices import SlicePairDataset, load_head
from MedGANSynthLib.events import Events
from MedGANSynthLib.systems.alpha_wgan import AlphaWGAN
from MedGANSynthLib.systems.cyclegan import CycleGAN
from MedGANSynthLib.systems.scgan import SCGAN
from MedGANSynthLib.training import generation, synthesis
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.distributed import Ranks
from MedGANSynthLib.training.judge import TranslationJudge
from MedGANSynthLib.training.loop import train
from MedGANSynthLib.training.people import data_facts
from MedGANSynthLib.training.run import Run


@functools.cache
def _heads(settings):
    made = [head_phantom(seed, (40, 40, 5), (5.0, 5.0, 20.0)) for seed in range(3)]
    return [
        load_head(f"p{i}", {k: m[k] for k in ("t1", "t2", "mask")}, settings)
        for i, m in enumerate(made)
    ]


class Recorder(Events):
    """Keeps every event; calls `at` with each."""

    def __init__(self, at=None):
        super().__init__()
        self.events, self.at = [], at

    def emit(self, event, **fields):
        self.events.append((event, fields))
        if self.at:
            self.at(event, fields)


@pytest.fixture
def trainer(tmp_path):
    """`trainer(name, *overrides, at=None)` trains a debug preset in `tmp_path/name`."""

    def go(name, *overrides, at=None, preset="cyclegan-t1-t2-debug"):
        smaller = ["data.size=[32,32]"]
        if preset == "cyclegan-t1-t2-debug":
            smaller.append("networks.generator.options.levels=5")
        config = load_config(preset, (*smaller, *overrides))
        heads = _heads(config.data)
        ranks, events = Ranks("cpu"), Recorder(at)
        run = Run(tmp_path / name)
        try:
            run.adopt(config, data_facts(None, 3))
            torch.manual_seed(config.seed)
            system = CycleGAN(config, ranks.device, ranks.wrap)
            items = SlicePairDataset(heads[:2], config.data, config.seed)
            judge = TranslationJudge(heads[2:], config.data, 32, ranks.device)
            result = train(config, system, items, judge, {"people": 2}, run, ranks, events)
        finally:
            run.close()
        return run.folder, system, result, events.events

    return go


@pytest.fixture
def generation_trainer(tmp_path, monkeypatch):
    """`generation_trainer(name, preset, *overrides)` trains a generator in `tmp_path/name`."""
    monkeypatch.setattr(generation, "head_phantom", _phantom)

    def go(name, preset, *overrides):
        config = load_config(preset, ("data.phantoms=3", *overrides))
        ranks, events = Ranks("cpu"), Recorder()
        cohort = generation.Generation(config, None, events)
        run = Run(tmp_path / name)
        try:
            run.adopt(config, data_facts(None, 3))
            torch.manual_seed(config.seed)
            system = AlphaWGAN(config, ranks.device, ranks.wrap)
            judge, describe = cohort.judge(system, ranks.device), cohort.describe(system)
            train(config, system, cohort.items, judge, describe, run, ranks, events)
        finally:
            run.close()
        return run.folder, system

    return go


@pytest.fixture
def synthesis_trainer(tmp_path, monkeypatch):
    """`synthesis_trainer(name, preset, *overrides)`: Run folder and cohort."""
    monkeypatch.setattr(synthesis, "head_phantom", _phantom)

    def go(name, preset, *overrides):
        config = load_config(preset, overrides)
        ranks, events = Ranks("cpu"), Recorder()
        cohort = synthesis.Synthesis(config, None, events)
        run = Run(tmp_path / name)
        try:
            run.adopt(config, data_facts(None, 3))
            torch.manual_seed(config.seed)
            system = SCGAN(config, ranks.device, ranks.wrap)
            judge, describe = cohort.judge(system, ranks.device), cohort.describe(system)
            train(config, system, cohort.items, judge, describe, run, ranks, events)
        finally:
            run.close()
        return run.folder, cohort

    return go


_phantom = functools.cache(head_phantom)
