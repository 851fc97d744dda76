import csv
import json
import shutil

import numpy as np
import pytest

from MedGANSynthLib.cli import main
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.files import file_hash
from MedGANSynthLib.turing.analysis import analyse_study
from MedGANSynthLib.turing.audited import Audit, Fingerprint, audit_path
from MedGANSynthLib.turing.checklist import checklist
from MedGANSynthLib.turing.clearance import write_clearance
from MedGANSynthLib.turing.reading import Reading
from MedGANSynthLib.turing.records import Answered
from MedGANSynthLib.turing.simulate import SIMULATED, SimulatedReader, simulate_readers
from MedGANSynthLib.turing.study import read_key, read_study, write_json


@pytest.fixture
def read_as(quick_disk):
    """Answer a study by a rule: `read_as(folder, reader, rating_of(truth, number), stop)`."""

    def read(folder, reader, rating_of, stop=None):
        study, _ = read_study(folder)
        key = read_key(folder.with_name("study-key.json"), study)
        session = Reading(folder, reader)
        count = 0
        while not session.finished and count != stop:
            truth = key.cases[session.trial.cases[0]].truth
            session.shown()
            session.answer(rating_of(truth, count))
            count += 1
        session.close()

    return read


def analyse(folder, out=None):
    return analyse_study(folder, folder.with_name("study-key.json"), out, False, Events())


def test_a_confusion_made_by_hand(paper, read_as):
    """Of 12 + 12 cases the reader gets 9 synthetic and 6 real ones right."""
    counts = {"real": 0, "synthetic": 0}

    def rating(truth, number):
        counts[truth] += 1
        wrong = counts[truth] > {"real": 6, "synthetic": 9}[truth]
        return 5 if (truth == "synthetic") != wrong else 2

    folder = paper(readers=1)
    read_as(folder, "reader-1", rating)
    (row,) = analyse(folder)["summary"]["readers"]
    assert (row["answers"], row["correct"]) == (24, 15)
    assert (row["sensitivity"], row["specificity"]) == (0.75, 0.5)
    assert row["auc"] == pytest.approx(0.625)
    assert row["d_prime"] == pytest.approx(0.6151, abs=1e-4)  # z(9.5 / 13) - z(6.5 / 13)
    assert row["criterion"] == pytest.approx(-0.3076, abs=1e-4)


def test_always_real_is_reported_as_response_bias(paper, read_as):
    folder = paper(readers=2)
    for reader in ("reader-1", "reader-2"):
        read_as(folder, reader, lambda truth, number: 1)
    result = analyse(folder)
    row = result["summary"]["readers"][0]
    assert (row["accuracy"], row["d_prime"], row["biased"]) == (0.5, 0.0, True)
    assert row["criterion"] > 1.5
    assert "said 'real' in 100 % of the trials" in result["text"]
    panel = result["summary"]["panel"]
    assert (panel["raw_agreement"], panel["fleiss_kappa"], panel["ac1"]) == (1.0, None, 1.0)
    assert panel["verdict"] == "not computable"


@pytest.mark.parametrize("readers", [1, 2])
def test_always_real_shows_no_equivalence_of_accuracy_either(paper, read_as, readers):
    """50 of 100 right answers: the exact test alone would find it within 0.10 of guessing."""
    folder = paper(real=50, synthetic=50, readers=readers, endpoint="accuracy")
    for number in range(1, readers + 1):
        read_as(folder, f"reader-{number}", lambda truth, number: 2)
    panel = analyse(folder)["summary"]["panel"]
    assert (panel["accuracy"], panel["verdict"]) == (0.5, "not computable")


def test_people_and_random_numbers_are_not_pooled(paper, read_as, tmp_path):
    """The person is always right, the simulated reader always wrong."""
    folder = paper(readers=3, catch=2)
    key = folder.with_name("study-key.json")
    always = {"reader-1": SimulatedReader(always=1), "reader-2": SimulatedReader(0.6)}
    simulate_readers(folder, key, always, 0, about=SIMULATED)
    alone = analyse(folder)["summary"]["panel"]
    assert alone["reader_names"] == ["reader-1", "reader-2"]
    read_as(folder, "reader-3", lambda truth, number: 5 if truth == "synthetic" else 2)
    summary = analyse(folder, tmp_path / "out")["summary"]
    assert (summary["panel"]["reader_names"], summary["panel"]["accuracy"]) == (["reader-3"], 1.0)
    assert summary["panel"]["answers"] == 22 and len(summary["readers"]) == 3
    assert summary["notices"][1].endswith("They are no part of the result.")
    with open(tmp_path / "out" / "cases.csv", newline="") as file:
        assert {row["readers"] for row in csv.DictReader(file)} == {"1"}
    words = {row["item"]: row["answer"] for row in checklist(summary)}
    assert (words["Readers"], words["Catch cases"]) == ("1", "2 shown, 2 seen")


def test_what_comes_up_again_is_counted_and_its_time_left_out(paper, quick_disk):
    """Shown, then left; read on; the second answer taken back and given again."""
    folder, now = paper(readers=1, real=4, synthetic=4), [0.0]

    def clock():
        return now[0]

    for visit in range(2):
        session = Reading(folder, "reader-1", clock=clock, wall=clock)
        while not session.finished:
            session.shown()
            now[0] += 100.0 if session.position < 2 else 4.0
            if visit == 0:
                break
            session.answer(3)
            if session.position == 2 and "undone" not in {r.event for r in session.log.records}:
                session.undo()
        session.close()
    result = analyse(folder)
    (row,) = result["summary"]["readers"]
    assert (row["sessions"], row["shown_again"], row["undone"]) == (2, 2, 1)
    assert row["seconds"] == 4.0
    words = {entry["item"]: entry["answer"] for entry in checklist(result["summary"])}
    assert words["Interruptions"].startswith(
        "2 sessions of 1 reader; 1 answer taken back; 2 trials came up again, whose"
    )


def test_not_significant_is_not_indistinguishable(paper, quick_disk):
    folder = paper(readers=3)
    simulate_readers(
        folder,
        folder.with_name("study-key.json"),
        {f"reader-{n}": SimulatedReader(0.5) for n in (1, 2, 3)},
        seed=4,
    )
    result = analyse(folder)
    assert result["summary"]["panel"]["verdict"] == "undecided"
    assert "equivalence to guessing is not shown" in result["text"]
    assert "indistinguishable" not in json.dumps(result)


def test_one_reader_has_no_multi_reader_analysis_and_says_so(paper, read_as):
    folder = paper(readers=2)
    read_as(folder, "reader-1", lambda truth, number: 6 if truth == "synthetic" else 1 + number % 4)
    panel = analyse(folder)["summary"]["panel"]
    assert panel["readers"] == 1
    assert "one reader; nothing is known about others" in panel["text"]
    assert panel["accuracy_interval"] is None and panel["pairwise"] == []


def test_partial_readers_count_trial_by_trial(paper, read_as):
    folder = paper(readers=2)
    read_as(folder, "reader-1", lambda truth, number: 5 if truth == "synthetic" else 2)
    read_as(folder, "reader-2", lambda truth, number: 4, stop=10)
    result = analyse(folder)
    assert [r["answers"] for r in result["summary"]["readers"]] == [24, 10]
    assert "reader-2 has 14 trials left" in result["text"]
    assert result["summary"]["panel"]["answers"] == 34


def test_one_reader_with_too_few_answers_leaves_the_others_auc(paper, read_as):
    folder = paper(readers=3)
    read_as(folder, "reader-1", lambda truth, number: 6 if truth == "synthetic" else 1 + number % 4)
    read_as(folder, "reader-2", lambda truth, number: 4, stop=2)
    result = analyse(folder)
    alone, panel = result["summary"]["readers"][0], result["summary"]["panel"]
    assert panel["auc"] == pytest.approx(alone["auc"])
    assert panel["auc_interval"] == pytest.approx([alone["auc_low"], alone["auc_high"]])
    assert "one reader; nothing is known about others" in panel["text"]
    assert "reader-2 has answered too few cases of one class for an AUC" in result["text"]
    assert "reader-3 has answered no scored case" in result["text"]


@pytest.mark.parametrize("command", ["analyse", "report"])
def test_what_has_to_be_known_is_said_once(paper, read_as, tmp_path, capsys, command):
    folder = paper(readers=2)
    read_as(folder, "reader-1", lambda truth, number: 5 if truth == "synthetic" else 2)
    key = folder.with_name("study-key.json")
    assert main(["study", command, str(folder), "--key", str(key), "-o", str(tmp_path / "r")]) == 0
    assert "".join(capsys.readouterr()).count("reader-2 has answered no scored case.") == 1


def test_a_log_under_another_name_is_not_forgotten(paper, read_as):
    folder = paper(readers=1)
    read_as(folder, "reader-1", lambda truth, number: 3)
    log = folder / "answers" / "reader-1.jsonl"
    shutil.copy(log, log.with_name("reader-1 (2).jsonl"))
    with pytest.raises(MedGANSynthError, match=r"reader-1 \(2\)\.jsonl: is named after no reader"):
        analyse(folder)


def test_a_leak_is_said_with_the_verdict_whatever_the_key_is_called(paper, read_as, tmp_path):
    folder = paper(readers=1)
    read_as(folder, "reader-1", lambda truth, number: 3 + number % 2)
    found = (Fingerprint("comb", 0.9),)
    sha256 = read_study(folder)[1]
    audit = Audit(sha256, 24, 0.9, 0.01, 0.5, True, "a pilot", found, found)
    key = folder.with_name("study-key.json")
    write_json(audit, audit_path(key))
    write_clearance(folder, sha256, True, "a pilot", file_hash(audit_path(key)))
    key.rename(tmp_path / "other.json")
    result = analyse_study(folder, tmp_path / "other.json", None, False, Events())
    assert "The leak audit was overridden: a pilot." in result["text"]
    assert result["summary"]["audit"]["leak"]
    assert result["summary"]["notices"][0].startswith("Leak: the files give the classes away")


def test_repeats_are_scored_once_and_give_kappa(paper, read_as):
    folder = paper(real=40, synthetic=40, readers=1, repeats=0.2)
    read_as(folder, "reader-1", lambda truth, number: 5 if truth == "synthetic" else 2)
    (row,) = analyse(folder)["summary"]["readers"]
    assert (row["answers"], row["repeats"]) == (80, 16)
    assert (row["repeat_agreement"], row["repeat_kappa"]) == (1.0, 1.0)


def test_practice_and_catch_are_not_scored(paper, read_as):
    folder = paper(readers=1, practice=4, catch=3)
    read_as(folder, "reader-1", lambda truth, number: 1)
    result = analyse(folder)
    (row,) = result["summary"]["readers"]
    assert (row["answers"], row["catch"], row["caught"]) == (20, 3, 0)
    assert "missed 3 of 3 obvious fakes" in result["text"]


def test_pairs_are_judged_by_accuracy(paper, quick_disk):
    folder = paper(real=40, synthetic=40, readers=3, display="pair")
    key = folder.with_name("study-key.json")
    readers = {f"reader-{n}": SimulatedReader(0.9) for n in (1, 2, 3)}
    simulate_readers(folder, key, readers, seed=0)
    result = analyse(folder)
    panel = result["summary"]["panel"]
    assert (panel["endpoint"], panel["auc"], panel["items"]) == ("accuracy", None, 40)
    assert panel["low"] < panel["accuracy"] < panel["high"]
    assert panel["verdict"] == "told apart"


def test_one_class_only_is_refused(paper, read_as):
    folder = paper(readers=1)
    study, _ = read_study(folder)
    key = read_key(folder.with_name("study-key.json"), study)
    first = [key.cases[t.cases[0]].truth for t in study.orders["reader-1"]]
    run = next(n for n, truth in enumerate(first) if truth != first[0])
    read_as(folder, "reader-1", lambda truth, number: 3, stop=run)
    with pytest.raises(MedGANSynthError, match="one class"):
        analyse(folder)


def test_no_answer_at_all_is_refused(paper):
    with pytest.raises(MedGANSynthError, match="holds no answer"):
        analyse(paper())


def test_an_edited_answer_is_refused_by_name(paper, read_as):
    folder = paper(readers=1)
    read_as(folder, "reader-1", lambda truth, number: 3)
    log = folder / "answers" / "reader-1.jsonl"
    log.write_text(log.read_text().replace('"rating":3', '"rating":5', 1))
    with pytest.raises(MedGANSynthError, match=r"reader-1\.jsonl, line 3: was changed"):
        analyse(folder)


def test_the_log_of_another_reader_is_refused(paper, read_as):
    folder = paper(readers=2)
    read_as(folder, "reader-1", lambda truth, number: 3)
    answers = folder / "answers"
    shutil.copy(answers / "reader-1.jsonl", answers / "reader-2.jsonl")
    with pytest.raises(MedGANSynthError, match="answers of another reader, reader-1;"):
        analyse(folder)


def test_a_wrong_key_is_refused(paper, read_as, tmp_path):
    folder = paper(readers=1)
    read_as(folder, "reader-1", lambda truth, number: 3)
    with pytest.raises(MedGANSynthError):
        analyse_study(folder, folder / "study.json", None, False, Events())


def test_the_tables_hold_every_answer(paper, quick_disk, tmp_path):
    folder = paper(readers=3, practice=2)
    key = folder.with_name("study-key.json")
    simulate_readers(folder, key, {f"reader-{n}": SimulatedReader(0.8) for n in (1, 2, 3)}, 1)
    result = analyse(folder, tmp_path / "out")
    assert {p.rpartition("/")[2] for p in result["outputs"]} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    with open(tmp_path / "out" / "answers.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * (2 + 22)
    scored = [row for row in rows if row["role"] == "scored"]
    again = np.mean([int(row["correct"]) for row in scored])
    assert again == pytest.approx(result["summary"]["panel"]["accuracy"])


def test_the_answers_come_back_from_csv_and_json(paper, quick_disk, tmp_path):
    folder = paper(readers=1, real=4, synthetic=4, display="pair")
    session = Reading(folder, "reader-1")
    while not session.finished:
        session.request()
        session.shown()
        session.answer(5, zoomed=True, marks=((1.0, 2.5, 3.0), (0.0, 1.0, 2.0)), note="a, b")
    session.close()
    study, sha256 = read_study(folder)
    analyse(folder, tmp_path / "out")
    whole = json.loads((tmp_path / "out" / "answers.json").read_text())
    assert (whole["study_sha256"], whole["key_commitment"]) == (sha256, study.key_commitment)
    with open(tmp_path / "out" / "answers.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    hashes = {case.id: case.sha256 for case in study.cases}
    records = [record for record in session.log.records if isinstance(record, Answered)]
    for row, entry, record in zip(rows, whole["answers"], records, strict=True):
        assert row == {name: "" if v is None else str(v) for name, v in entry.items()}
        left, right = record.cases
        assert entry["shown"] == f"{left} {right}"
        assert entry["case_sha256"] == f"{hashes[left]} {hashes[right]}"
        assert (entry["rating"], entry["response_s"]) == (5, round(record.response_ms / 1000, 3))
        assert (entry["zoomed"], entry["marks"]) == (1, "1 2.5 3; 0 1 2")
        assert (entry["note"], entry["utc"]) == ("a, b", record.utc)
    assert len(rows) == len(whole["answers"]) == 4


def test_reasons_are_counted(paper, quick_disk, tmp_path):
    """Of 12 + 12 cases all are called synthetic, the synthetic ones because of their texture."""
    folder = paper(readers=1)
    truth = read_key(folder.with_name("study-key.json"), read_study(folder)[0]).cases
    session = Reading(folder, "reader-1")
    while not session.finished:
        fake = truth[session.trial.cases[0]].truth == "synthetic"
        session.shown()
        session.answer(
            5,
            reasons=("texture", "blur") if fake else ("blur",),
            marks=((1.0, 1.0, 1.0),) if fake else (),
        )
    session.close()
    analyse(folder, tmp_path / "out")
    with open(tmp_path / "out" / "reasons.csv", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == [("texture", "12", "12", "0", "12"), ("blur", "24", "12", "12", "12")]


def test_accuracy_by_experience(paper, quick_disk, tmp_path):
    folder = paper(readers=2, real=4, synthetic=4)
    key = folder.with_name("study-key.json")
    for name, auc, years in (("reader-1", 0.999, "20 years"), ("reader-2", 0.5, "none")):
        simulate_readers(folder, key, {name: SimulatedReader(auc)}, 0, about={"experience": years})
    result = analyse(folder, tmp_path / "out")
    with open(tmp_path / "out" / "groups.csv", newline="") as file:
        rows = {(r["by"], r["name"]): float(r["accuracy"]) for r in csv.DictReader(file)}
    first, second = (row["accuracy"] for row in result["summary"]["readers"])
    assert rows == {("experience", "20 years"): first, ("experience", "none"): second}


def test_the_export_for_roc_software(paper, quick_disk, tmp_path):
    folder = paper(real=6, synthetic=6, readers=2)
    key = folder.with_name("study-key.json")
    simulate_readers(
        folder, key, {"reader-1": SimulatedReader(0.8), "reader-2": SimulatedReader()}, 0
    )
    analyse(folder, tmp_path / "out")
    lines = (tmp_path / "out" / "imrmc.csv").read_text().splitlines()
    assert lines[:5] == ["N0: 6", "N1: 6", "NR: 2", "NM: 1", "BEGIN DATA:"]
    truth = [line.split(",") for line in lines[5:] if line.startswith("-1,")]
    scores = [line.split(",") for line in lines[5:] if not line.startswith("-1,")]
    assert (len(truth), len(scores)) == (12, 24)
    assert sum(int(line[3]) for line in truth) == 6
    with open(tmp_path / "out" / "mrmcaov.csv", newline="") as file:
        long = list(csv.DictReader(file))
    assert [(r["reader"], r["case"], r["rating"]) for r in long] == [
        (line[0], line[1], line[3]) for line in scores
    ]


@pytest.mark.parametrize(
    ("prevalence", "text"),
    [("half", "half of the cases synthetic"), ("drawn", "drawn for each reader: reader-1 ")],
)
def test_the_prevalence_is_reported_after_the_reading(paper, read_as, prevalence, text):
    folder = paper(readers=1, prevalence=prevalence)
    read_as(folder, "reader-1", lambda truth, number: 3)
    assert analyse(folder)["summary"]["prevalence"].startswith(text)


def test_a_note_cannot_become_a_formula(paper, quick_disk, tmp_path):
    folder = paper(readers=1, real=4, synthetic=4)
    session = Reading(folder, "reader-1")
    while not session.finished:
        session.shown()
        session.answer(3, note="=HYPERLINK(1)")
    session.close()
    analyse(folder, tmp_path / "out")
    with open(tmp_path / "out" / "answers.csv", newline="") as file:
        assert {row["note"] for row in csv.DictReader(file)} == {"'=HYPERLINK(1)"}
