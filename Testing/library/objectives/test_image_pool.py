"""The history of fakes."""

import torch

from MedGANSynthLib.objectives.image_pool import ImagePool


def images(*values):
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1)


def test_size_zero_gives_back_what_came_without_a_graph():
    x = images(1, 2).requires_grad_()
    out = ImagePool(0).query(x)
    assert torch.equal(out, x)
    assert not out.requires_grad


def test_a_filling_pool_gives_back_what_came():
    pool = ImagePool(3)
    assert pool.query(images(1, 2)).flatten().tolist() == [1, 2]
    assert [float(i) for i in pool.images] == [1, 2]


def test_half_of_the_answers_are_older_images():
    torch.manual_seed(0)
    pool, older = ImagePool(50), 0
    pool.query(torch.arange(50.0).view(-1, 1, 1, 1))
    for value in range(50, 2050):
        older += float(pool.query(images(value))) != value
    assert 0.46 < older / 2000 < 0.54
    assert len(pool.images) == 50


def test_state_restores_contents_and_choices():
    pool = ImagePool(2)
    pool.query(images(1, 2))
    other = ImagePool(2)
    other.load_state_dict(pool.state_dict())
    torch.manual_seed(3)
    first = pool.query(images(3, 4, 5))
    torch.manual_seed(3)
    assert torch.equal(first, other.query(images(3, 4, 5)))
    assert ImagePool(2).state_dict() == {}
