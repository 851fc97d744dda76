"""What presets need of the data."""

import pytest

from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.needs import needs_of


@pytest.mark.parametrize(
    ("preset", "modalities", "useful", "flags"),
    [
        ("cyclegan-t1-t2", ("t1", "t2"), ("mask",), set()),
        ("cyclegan-t1-t2-small", ("t1", "t2"), ("mask",), {"together", "one_grid"}),
        ("scgan-t1-t2-flair-small", ("t1", "t2", "flair"), ("mask",), {"together"}),
        ("scgan-super-resolution", ("t1",), ("mask",), {"together"}),
        ("alpha-wgan-brain-small", ("t1",), ("mask",), {"complete"}),
        ("dcgan-slices", ("t1",), (), {"complete"}),
        ("dcgan-labelled-slices", ("image", "label"), (), {"together", "one_grid", "complete"}),
        ("cine-dcgan-64", ("cine",), (), {"complete", "cine"}),
        ("cine-dcgan-small", ("cine",), ("mask",), {"complete", "cine"}),
    ],
)
def test_each_kind_of_preset(preset, modalities, useful, flags):
    needs = needs_of(load_config(preset).data)
    assert (needs.modalities, needs.useful) == (modalities, useful)
    names = ("together", "one_grid", "complete", "cine")
    assert {name for name in names if getattr(needs, name)} == flags


def test_other_settings_need_other_data():
    settings = ("data.source=ct", "data.target=mr", "data.paired=true")
    assert needs_of(load_config("cyclegan-t1-t2", settings).data).modalities == ("ct", "mr")
