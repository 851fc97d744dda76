"""The report that a user copies into a message to us."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def report_of(scene, wait_until):
    from MedGANSynthPanels.environment import Check

    def check(*command):
        reports = []
        Check(reports.append, list(command) or None)
        wait_until(lambda: reports, 120)
        assert len(reports) == 1
        return reports[0]

    return check


def test_the_real_report_has_slicers_lines_first(report_of):
    lines = report_of().splitlines()
    assert lines[0].startswith("Application")
    assert "Slicer 5.10.0, revision host" in lines[0]
    (python,) = [line for line in lines if line.startswith("Python ")]
    assert lines[0].index("Slicer 5.10.0") == python.index("3.1")  # in one column
    names = [line.split("  ")[0] for line in lines]
    for name in ("Platform", "VTK", "Python", "Free memory", "torch", "Device cpu"):
        assert name in names, name
    assert any(line.startswith("Model t1-t2-brain") for line in lines)


def test_a_doctor_that_crashes_still_makes_a_report(report_of):
    code = "import sys, os; print('driver trouble', file=sys.stderr, flush=True); os.abort()"
    report = report_of(sys.executable, "-c", code)
    assert report.startswith("Application")
    assert "The check failed" in report
    assert "driver trouble" in report


def test_no_home_folder_in_it(report_of):
    report = report_of(sys.executable, "-c", "from pathlib import Path; print(Path.home() / 'x')")
    assert str(Path.home()) not in report
    assert str(Path("~") / "x") in report


@pytest.fixture
def window(scene, monkeypatch):
    from MedGANSynthPanels import environment

    code = "import time; print('doctor says', flush=True); time.sleep(1)"
    monkeypatch.setattr(environment, "library_command", lambda word: [sys.executable, "-c", code])
    window = environment.ReportWindow()
    window.show()
    yield window
    window.close()


def test_the_window(window, click, wait_until):
    import qt

    assert not window.copyButton.enabled
    wait_until(lambda: window.copyButton.enabled, 60)
    click(window.copyButton)
    assert qt.QApplication.clipboard().text() == window.text.plainText
    assert "Application" in window.text.plainText
    assert "doctor says" in window.text.plainText
    click(window.closeButton)
    assert not window.window.visible


def test_closing_the_window_ends_the_check(window, click):
    child = window.check._child
    click(window.closeButton)
    assert not child.running
    assert window.check is None
    assert window.text.plainText.startswith("Checking")


def test_slicers_end_ends_the_check(window):
    import slicer

    child = window.check._child
    slicer.app.aboutToQuit.emit()
    assert not child.running
