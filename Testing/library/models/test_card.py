"""The card says what people must know."""

from MedGANSynthLib.models.card import Card, render_card
from MedGANSynthLib.models.manifest import Measurement


def test_card_of_the_tiny_model(manifest, replace) -> None:
    quality = (
        Measurement("RMSE/sd", 0.71, "2 unseen | people", 0.6, 0.8),
        Measurement("SSIM", 0.74, "2 unseen people"),
    )
    card = render_card(replace(manifest, quality=quality, citation="Zhu et al. 2017"))
    assert card.startswith("# A tiny model\n\n**Research only, not for diagnosis.")
    for line in (
        "| Licence | Apache-2.0 |",
        "- `t1-to-t2`: t1 in, t2 out; sees one slice at a time; values from about 0 to 1200 "
        "(arbitrary MR signal).",
        "Works on PLS axes with spacing the input's own x the input's own x the input's own;",
        "- People: 3",
        "- Licence of the data: CC0-1.0",
        "| RMSE/sd | 0.71 | 0.6 to 0.8 | 2 unseen \\| people |",
        "| SSIM | 0.74 |  | 2 unseen people |",
        "Untrained.",
        "Zhu et al. 2017",
    ):
        assert line in card


def test_unmeasured_models_say_so(manifest) -> None:
    assert "Not measured. Measure it on your own data" in render_card(manifest)


def test_slices_and_spacing(manifest, replace) -> None:
    direction = replace(manifest.directions["t1-to-t2"], slices=3, step_mm=5.0)
    grid = replace(manifest.grid, spacing=((1.0, 1.6), (2.0, 2.0), None))
    card = render_card(replace(manifest, directions={"d": direction}, grid=grid))
    assert "sees 3 neighbouring slices, 5 mm apart or more" in card
    assert "spacing 1 to 1.6 mm x 2 mm x the input's own" in card


def test_blocks_and_several_inputs(manifest, replace) -> None:
    t1 = manifest.directions["t1-to-t2"].inputs[0]
    inputs = (t1, replace(t1, modality="pd"))
    direction = replace(
        manifest.directions["t1-to-t2"], inputs=inputs, slices=0, patch=(48, 48, 32)
    )
    card = render_card(replace(manifest, directions={"d": direction}))
    assert "t1 + pd in, t2 out; sees blocks of 48x48x32 voxels, blended" in card


def test_an_empty_card_file_is_allowed() -> None:
    assert Card().licence == "unknown"
