"""The few figures of an evaluation that belong into a model's manifest, with their conditions."""

from typing import Any

from ..models.manifest import Measurement
from .bootstrap import FEWEST_PEOPLE

_PAIRED = {
    "rmse_sd_fit": "RMSE / standard deviation",
    "ssim_in_plane_fit": "in-plane SSIM",
    "psnr_fit": "PSNR in dB",
    "correlation": "correlation",
    "texture_ratio": "texture power (1 is the real image's)",
}
_SETS = ("fd_hand", "mmd_rbf", "coverage", "pair_ssim", "c2st_auc", "rho", "sigma")


def paired_measurements(result: dict[str, Any], model: str) -> list[Measurement]:
    """Headline figures of `evaluate paired`, and the best baseline's error beside them."""
    given = result["conditions"]
    people = len({row["subject"] for row in result["cases"]})
    spread = " and 95 % bootstrap interval" if people >= FEWEST_PEOPLE else ""
    conditions = (
        f"{given['source']} to {given['target']}, {given['input']} input; {given['voxels']}, "
        f"after one affine intensity fit; {given['split']} split of {given['data']}; mean{spread} "
        f"of {people} people"
    )
    found = []
    for key, name in _PAIRED.items():
        figure = result["summary"][model]["figures"].get(key, {})
        if "mean" in figure:
            found.append(
                Measurement(name, figure["mean"], conditions, figure["low"], figure["high"])
            )
    errors = {
        name: entry["figures"]["rmse_sd_fit"]["mean"]
        for name, entry in result["summary"].items()
        if name != model and "mean" in entry["figures"].get("rmse_sd_fit", {})
    }
    if errors:
        best = min(errors, key=errors.get)
        name = f"{_PAIRED['rmse_sd_fit']} of the best method without a network ({best})"
        found.append(Measurement(name, errors[best], conditions))
    return found


def distribution_measurements(result: dict[str, Any]) -> list[Measurement]:
    """Figures of `evaluate distribution`, each with what real halves give."""
    judged = result["sets"]["synthetic"]
    verdict = judged["gate"]
    found = []
    for row in judged["figures"]:
        if row["figure"] in _SETS and row["value"] is not None:
            conditions = (
                f"{row['cases']} cases of either side, {result['conditions']['volumes']}, "
                f"{result['conditions']['grid']} voxels; real halves give {row['real_real']:z.3g}; "
                f"gate: real-like {verdict['real_like']}, useful {verdict['useful']}"
            )
            found.append(Measurement(row["figure"], row["value"], conditions))
    return found


def memorisation_measurements(result: dict[str, Any]) -> list[Measurement]:
    """Figures of `evaluate memorisation`."""
    conditions = f"{result['conditions']['volumes']}, {result['conditions']['grid']} voxels"
    names = ("copies", "authenticity", "share_closer_at_equal_n")
    values = {row["figure"]: row["value"] for row in result["rows"]}
    return [Measurement(name, float(values[name]), conditions) for name in names if name in values]


def lesion_measurements(result: dict[str, Any]) -> list[Measurement]:
    """Share of lesions lost and mean signed response of `evaluate lesion`, for each radius."""
    given = result["conditions"]
    found = []
    for row in result["rows"]:
        if not row["lesions"]:
            continue
        conditions = (
            f"{given['direction']}, {given['input']} input; {row['lesions']} inserted lesions of "
            f"{row['radius_mm']:g} mm radius, {given['lesion']}; {row['kept']} kept, "
            f"{row['weakened']} weakened, {row['inverted']} inverted, {row['invents']} with "
            f"invented tissue; {given['split']} split of {given['data']}"
        )
        found.append(Measurement("share of lesions lost", row["lost"] / row["lesions"], conditions))
        found.append(
            Measurement(
                "signed response to a lesion", row["response"], conditions, row["low"], row["high"]
            )
        )
    return found
