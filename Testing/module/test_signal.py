"""Signals of plain Python."""

import pytest


@pytest.fixture
def signal():
    from MedGANSynthPanels.signal import Signal

    return Signal()


def test_emits_in_the_order_of_connection(signal):
    heard = []
    signal.connect(lambda a, b: heard.append(("first", a, b)))
    signal.connect(lambda a, b: heard.append(("second", a, b)))
    signal.emit(1, "x")
    assert heard == [("first", 1, "x"), ("second", 1, "x")]


def test_connecting_twice_calls_once_and_disconnecting_never(signal):
    heard = []
    signal.connect(heard.append)
    signal.connect(heard.append)
    signal.emit(1)
    signal.disconnect(heard.append)
    signal.disconnect(heard.append)
    signal.emit(2)
    assert heard == [1]


def test_a_receiver_that_raises_does_not_stop_the_others(signal, errors):
    heard = []

    def fail(_value):
        raise ZeroDivisionError

    signal.connect(fail)
    signal.connect(heard.append)
    signal.emit(7)
    assert heard == [7]
    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_receivers_may_disconnect_while_it_emits(signal):
    heard = []

    def once(value):
        heard.append(value)
        signal.disconnect(once)

    signal.connect(once)
    signal.connect(heard.append)
    signal.emit(1)
    signal.emit(2)
    assert heard == [1, 1, 2]
