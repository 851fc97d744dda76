"""The reporting sheet of a reader study, filled in as far as the files know.

There is no guideline for visual Turing tests; the items follow CLAIM, STARD-AI and reader-study
practice where they apply. What the files cannot know is left for the author, and says so.
"""

from typing import Any

from ..wording import counted

OPEN = "to be filled in by the author"


def checklist(summary: dict[str, Any]) -> list[dict[str, str]]:
    """Rows `item`, `answer`, in the order of a methods section."""
    panel = summary["panel"]
    readers = [row for row in summary["readers"] if row["reader"] in panel["reader_names"]]
    design, registered, audit = summary["design"], summary["registered"], summary["audit"]
    pairs = design["display"] == "pair"
    exposure = design["exposure_s"]
    rows = [
        ("Question", "can readers tell synthetic from real cases?"),
        ("Readers", f"{panel['readers']}"),
        ("Experience of the readers", _about(summary, "experience")),
        ("Conflicts of interest, consent", _about(summary, "conflicts", "consent")),
        ("Monitor and light", _about(summary, "monitor", "light")),
        ("Cases scored", counted(panel["items"], "pair" if pairs else "case")),
        ("Prevalence", summary.get("prevalence") or OPEN),
        ("Prevalence known to the readers", "not told by this program"),
        ("Models and their weights (SHA-256)", "; ".join(summary["models"]) or OPEN),
        ("Selection of the synthetic cases", registered["selection"] or OPEN),
        ("Obvious failures left out before the study", OPEN),
        ("Overlap with the training data", OPEN),
        (
            "Preparation",
            "all cases on one grid, one type, one range, one background; dithered; file names, "
            "sizes, dates and headers alike",
        ),
        ("Leak audit", _audit(audit)),
        ("Display", _display(design)),
        ("Exposure", "unlimited" if exposure is None else f"{exposure:g} s once, then a mask"),
        ("Interruptions", _interruptions(readers, exposure)),
        ("Clue given to the readers", design["clue"] or "none"),
        ("Response", "forced choice on six steps, no neutral answer"),
        ("Order", "own random order for each reader, classes balanced by quarter, at most 4 alike"),
        ("Practice with feedback", _roles(summary, "practice")),
        ("Catch cases", f"{sum(r['catch'] for r in readers)} shown, {_caught(readers)} seen"),
        ("Repeats within reader", f"{sum(r['repeats'] for r in readers)}"),
        ("Endpoint, margin, alpha", _endpoint(registered, panel)),
        ("Exclusion rules", registered["exclusions"] or OPEN),
        ("Missing and skipped trials", _missing(readers)),
        ("Analysis", _analysis(panel)),
        ("Result", panel["text"]),
        ("Agreement between readers", _agreement(panel)),
        ("Diversity of the synthetic cases", "not a question of this study: report it beside it"),
        ("Software", summary["tool"]),
        ("Study and key", f"SHA-256 {summary['study_sha256']}, {summary['key_commitment']}"),
        ("Limits", "research only, not for diagnosis; looking real is not being right"),
    ]
    return [{"item": item, "answer": answer} for item, answer in rows]


def _display(design: dict[str, Any]) -> str:
    if design["display"] == "volume":
        return "volume in three planes, scrolling"
    return f"{design['display']}, {design['plane']}"


def _about(summary: dict[str, Any], *names: str) -> str:
    said = []
    for reader, about in summary["about"].items():
        told = {n: "agreed" if about[n] is True else str(about[n]) for n in names if about.get(n)}
        mine = ", ".join(f"{n} {t}" if t == "agreed" else t for n, t in told.items())
        if mine:
            said.append(f"{reader}: {mine}")
    return "; ".join(said) or OPEN


def _audit(audit: dict[str, Any] | None) -> str:
    if audit is None:
        return "not found beside the key"
    text = (
        f"bookkeeping AUC {audit['bookkeeping_auc']:.2f} (permutation p "
        f"{audit['bookkeeping_p']:.3f}), content AUC {audit['content_auc']:.2f}"
    )
    if audit["leak"]:
        reason = audit["override"]
        text += f"; a leak was found, and overridden: {reason}" if reason else "; a leak was found"
    return text


def _roles(summary: dict[str, Any], role: str) -> str:
    count = summary["roles"].get(role, 0)
    return f"{counted(count, 'answer')}, not scored"


def _caught(readers: list[dict[str, Any]]) -> int:
    return sum(r["caught"] for r in readers)


def _endpoint(registered: dict[str, Any], panel: dict[str, Any]) -> str:
    return f"{panel['endpoint']}, {registered['margin']:g}, {registered['alpha']:g}"


def _missing(readers: list[dict[str, Any]]) -> str:
    missing, skipped = (sum(r[name] for r in readers) for name in ("missing", "skipped"))
    return f"{missing} missing, {skipped} skipped"


def _interruptions(readers: list[dict[str, Any]], exposure: float | None) -> str:
    names = ("sessions", "undone", "shown_again")
    sessions, undone, again = (sum(r[name] for r in readers) for name in names)
    as_what = "" if exposure is None else ", as the mask alone"
    return (
        f"{counted(sessions, 'session')} of {counted(len(readers), 'reader')}; "
        f"{counted(undone, 'answer')} taken back; {counted(again, 'trial')} came up "
        f"again{as_what}, whose times do not count"
    )


def _analysis(panel: dict[str, Any]) -> str:
    if panel["readers"] == 1:
        return "one reader, cases random; no multi-reader analysis is possible"
    if panel["endpoint"] == "auc":
        return "AUC averaged over readers, Obuchowski-Rockette with DeLong covariances, Hillis' df"
    return "crossed random-effects model of readers and cases"


def _agreement(panel: dict[str, Any]) -> str:
    if panel["raw_agreement"] is None:
        return "one reader only"
    kappa, ac1 = (panel[name] for name in ("fleiss_kappa", "ac1"))
    parts = [f"raw {panel['raw_agreement']:.2f}"]
    parts.append("Fleiss' kappa not defined" if kappa is None else f"Fleiss' kappa {kappa:z.2f}")
    if ac1 is not None:
        parts.append(f"AC1 {ac1:z.2f}")
    return ", ".join(parts)
