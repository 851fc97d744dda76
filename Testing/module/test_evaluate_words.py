"""The library's words turned into the Evaluate panel's."""

from MedGANSynthPanels.evaluate_words import said, words_of_folders, words_of_volumes


def test_names_stay_as_they_are():
    words = words_of_folders()
    assert said(
        "target.nii.gz: no target of the same name; rename it or list the files.", words
    ) == ("target.nii.gz: no reference of the same name; rename it.")
    assert (
        said("3 predictions, 2 targets: my-target", words) == "3 results, 2 references: my-target"
    )


def test_a_node_may_be_called_like_a_word_of_the_library():
    words = words_of_volumes("the target", "the mask", None)
    assert said("the prediction and the target", words) == "the target and the mask"


def test_without_a_mask_the_place_is_above_the_minimum():
    words = words_of_volumes("made", "T2", None)
    assert said("the mask is too thin to measure texture; that is left empty.", words) == (
        "What is judged is too thin to measure texture; that is left empty."
    )
    assert said("constant inside the mask", words) == "constant above T2's minimum"
