from MedGANSynthLib.wording import counted


def test_one_and_many():
    assert counted(1, "case") == "1 case"
    assert (counted(0, "case"), counted(2, "case")) == ("0 cases", "2 cases")
    assert (counted(1, "person"), counted(3, "person")) == ("1 person", "3 people")
