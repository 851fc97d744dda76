from MedGANSynthLib.wording import counted, listed, size


def test_one_and_many():
    assert counted(1, "case") == "1 case"
    assert (counted(0, "case"), counted(2, "case")) == ("0 cases", "2 cases")
    assert (counted(1, "person"), counted(3, "person")) == ("1 person", "3 people")


def test_names_in_a_row():
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 other"
    assert listed(list("abcde"), most=2) == "a, b and 3 others"


def test_bytes():
    assert [size(n) for n in (1, 3000, 5 * 2**20, 999 * 2**20, 2**31)] == [
        "1 kB",
        "3 kB",
        "5 MB",
        "999 MB",
        "2.0 GB",
    ]
