import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.foreseen import refuse_no_text, sentence_for

OURS = ImportError("cannot import name x", name="MedGANSynthLib.files")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(24, "Too many open files", "a/b.nii"), "a/b.nii: cannot be used (Too many open"),
        (
            OSError("libcudart.so.12: cannot open shared object file"),
            "torch does not load (libcu",
        ),
        (PermissionError(13, "denied", "a/b"), "a/b: no permission to use it; change its perm"),
        (ImportError("DLL load failed", name="scipy.stats"), "scipy does not load (DLL load fail"),
        (RuntimeError("Symlink loop from '/a/b'"), "/a/b: is a link that leads to itself"),
        (
            RuntimeError("CUDA error: no kernel image is available\nCompile with `TORCH_USE`"),
            "the GPU cannot be used (no kernel image is available); compute on the CPU",
        ),
    ],
)
def test_one_sentence(error, words):
    said = str(sentence_for(error))
    assert said.startswith(words) and "\n" not in said and said.endswith(".")


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), RuntimeError("a defect"), ValueError("x"), OURS],
)
def test_other_errors_stay_what_they_are(error):
    assert sentence_for(error) is None


def test_a_name_that_is_no_text(tmp_path):
    with pytest.raises(UnicodeEncodeError) as caught:
        (tmp_path / "list.json").write_text('{"a": "scans/caf\udce9.nii"}', encoding="utf-8")
    assert str(sentence_for(caught.value)).startswith("caf?.nii: the name has letters")
    with pytest.raises(MedGANSynthError, match=r"caf\?\.nii: the name has letters"):
        refuse_no_text(tmp_path / "caf\udce9.nii")
    refuse_no_text(tmp_path / "tête ü 頭.nii")
