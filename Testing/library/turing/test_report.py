import csv
import re
import shutil
import time
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.audited import Audit, Fingerprint, audit_path
from MedGANSynthLib.turing.report import report_study
from MedGANSynthLib.turing.simulate import SimulatedReader, simulate_readers
from MedGANSynthLib.turing.study import case_path, read_key, read_study, write_json


@pytest.fixture
def reported(paper, quick_disk, tmp_path):
    """Simulate, report, and return the page: `reported(**paper options)`."""

    def report(readers=3, about=None, **options):
        folder = paper(readers=readers, **options)
        key = folder.with_name("study-key.json")
        simulated = {f"reader-{n}": SimulatedReader(0.7) for n in range(1, readers + 1)}
        simulate_readers(folder, key, simulated, 0, about=about)
        report_study(folder, key, tmp_path / "report", False, Events())
        return (tmp_path / "report" / "report.html").read_text()

    return report


class Balanced(HTMLParser):
    """Fails on a tag that is not closed, and collects what would be loaded."""

    def __init__(self):
        super().__init__()
        self.open, self.loaded = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "img", "line", "rect", "circle", "polyline"):
            self.open.append(tag)
        self.loaded += [v for k, v in attributes if k in ("src", "href", "data", "action")]

    def handle_endtag(self, tag):
        if tag not in ("line", "rect", "circle", "polyline"):
            assert self.open.pop() == tag


def parse(text):
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    return parser


def test_the_page_is_whole_and_loads_nothing(reported):
    text = reported(practice=2, catch=2)
    loaded = parse(text).loaded
    assert loaded and all(uri.startswith("data:image/png;base64,") for uri in loaded)
    assert "<script" not in text and "@import" not in text
    assert set(re.findall(r"https?://[^\s\"]+", text)) == {"http://www.w3.org/2000/svg"}
    for head in (
        "Result",
        "Readers",
        "Errors and leaning",
        "ROC curves",
        "Agreement between readers",
        "Response times",
        "Learning",
        "Cases that fooled most readers",
        "Leak audit",
        "Reporting checklist",
    ):
        assert f"<h2>{head}</h2>" in text
    assert "Research only, not for" in text
    charts = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(charts) == 6
    for chart in charts:
        ElementTree.fromstring(chart)


def test_the_checklist_is_in_words(reported, tmp_path):
    reported(readers=1, about={"consent": True, "conflicts": "none"})
    with open(tmp_path / "report" / "checklist.csv", newline="") as file:
        said = {row["item"]: row["answer"] for row in csv.DictReader(file)}
    assert said["Conflicts of interest, consent"] == "reader-1: none, consent agreed"
    assert said["Display"] == "volume in three planes, scrolling"
    assert said["Cases scored"] == "24 cases"


def test_commands_are_code_and_one_reader_is_one(reported):
    text = reported(readers=1, catch=1)
    assert "`" not in text and "<code>medgansynth study sizes</code>" in text
    assert "With 1 reader and 22 cases the" in text
    assert "<th>obvious fakes caught</th>" in text and "<td>1 of 1</td>" in text
    assert not re.search(r">-0(\.0+)?<", text)
    assert not re.search(r"e-1[3-9]<|e-2\d<", text) and "these pairs" not in text


def test_a_leak_that_was_overridden_stands_in_the_result(paper, quick_disk, tmp_path):
    folder = paper(readers=1)
    key, sha256 = folder.with_name("study-key.json"), read_study(folder)[1]
    simulate_readers(folder, key, {"reader-1": SimulatedReader(0.7)}, 0)
    found = (Fingerprint("at_bottom", 0.9),)
    write_json(Audit(sha256, 24, 0.9, 0.01, 0.5, True, "a pilot", found, found), audit_path(key))
    said = report_study(folder, key, tmp_path / "report", False, Events())["text"]
    assert "The leak audit was overridden: a pilot." in said
    text = (tmp_path / "report" / "report.html").read_text()
    result = text.partition("<h2>Result</h2>")[2].partition("<h2>")[0]
    assert "The leak audit was overridden: a pilot." in result
    assert "<td>the share of foreground voxels at the darkest level</td>" in text


def test_what_people_wrote_is_not_run(reported):
    evil = '<script>alert("x")</script>'
    text = reported(name=evil, about={"experience": evil}, selection=evil)
    parse(text)
    assert evil not in text
    assert text.count("&lt;script&gt;") >= 3


def test_one_reader_and_pairs_are_reported_too(reported):
    text = reported(readers=1, display="pair", real=10, synthetic=10)
    parse(text)
    assert "nothing is known about others" in text
    assert "for this one reader and other cases" in text
    assert "synthetic on the right" in text and "said left" in text
    assert "For these pairs read synthetic as right" in text
    assert "<h2>ROC curves</h2>" not in text and "<h2>Agreement between" not in text


@pytest.mark.slow
def test_ten_readers_of_200_cases_within_a_minute(paper, quick_disk, tmp_path):
    folder = paper(real=100, synthetic=100, readers=10)
    key = folder.with_name("study-key.json")
    readers = {f"reader-{n}": SimulatedReader(0.7) for n in range(1, 11)}
    simulate_readers(folder, key, readers, 0)
    started = time.perf_counter()
    report_study(folder, key, tmp_path / "report", False, Events())
    assert time.perf_counter() - started < 60


def test_changed_and_missing_case_files_are_said(paper, quick_disk, tmp_path):
    folder = paper(readers=1, real=6, synthetic=6)
    key = folder.with_name("study-key.json")
    simulate_readers(folder, key, {"reader-1": SimulatedReader(always=1)}, 0)
    content = read_study(folder)[0]
    truth = read_key(key, content).cases
    changed, gone, *intact = [c.id for c in content.cases if truth[c.id].truth == "synthetic"]
    case_path(folder, changed).write_bytes(b"something else")
    case_path(folder, gone).unlink()
    said = report_study(folder, key, tmp_path / "report", False, Events())["text"]
    assert f"1 case file is not the one that the study was sealed with ({changed}): what" in said
    assert said.count("1 case file is missing: the figures need none") == 1
    text = (tmp_path / "report" / "report.html").read_text()
    result = text.partition("<h2>Result</h2>")[2].partition("<h2>")[0]
    assert "do not trust this result" in result and "1 case file is missing" in result
    assert text.count("<figure>") == len(intact) == 4
    bare = "; ".join(f"{name}: fooled 100 % of 1 reader" for name in sorted((changed, gone)))
    assert f"Without a picture: {bare}." in text
    shutil.rmtree(folder / "cases")
    said = report_study(folder, key, tmp_path / "bare", False, Events())["text"]
    assert "12 case files are missing" in said
    assert "<figure>" not in (tmp_path / "bare" / "report.html").read_text()


def test_a_clue_is_reported(reported, tmp_path):
    text = reported(readers=2, design={"clue": "Look at the texture."})
    assert "Look at the texture." in text
    table = (tmp_path / "report" / "checklist.csv").read_text()
    assert "Clue given to the readers,Look at the texture.\n" in table
