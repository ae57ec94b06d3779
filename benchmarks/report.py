"""The figures of a comparison: medians, ratios, targets met or not, and what a higher ratio would take."""

from __future__ import annotations

from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

READ_TARGET = 8.0  # times as fast as stock
END_TARGET = 1.5
LATENCY_TARGET_MS = 150.0
NEXT = 3.0  # the ratio end to end whose price is told
BOTH = {  # what is told of both sides: the measure in a run, and its name in the table
    "read": "reading only",
    "read cpu": "reading only, CPU seconds",
    "chunk and embed": "chunk and embed",
    "end to end": "end to end, OCR off",
    "end to end cpu": "end to end, CPU seconds",
}

Figures = dict[str, Any]


def summary(raw: Figures) -> Figures:
    """Medians over the runs; ratios are stock's median over ours, so above 1 ours is faster."""
    stock, ours = raw["runs"]["stock"], raw["runs"]["ours"]
    for run in stock:
        run["chunk and embed"] = run["cut"] + run["embed and index"]
    for run in ours:
        run["chunk and embed"] = sum(run["stages"][stage] for stage in ("cut", "embed"))
    both = {name: {"stock": _median(stock, name), "ours": _median(ours, name)} for name in BOTH}
    for sides in both.values():
        sides["ratio"] = sides["stock"] / sides["ours"]
    pages = ours[0]["pages"]
    stages = {stage: median(run["stages"][stage] for run in ours) for stage in ours[0]["stages"]}
    questions = raw["questions"]
    found = {
        "pages": pages,
        "files refused": ours[0]["refused"],
        "arithmetic": ours[0]["arithmetic"],
        "repeats": len(ours),
        "cores": raw["cores"],
        "load": [min(run["load"] for run in stock + ours), max(run["load"] for run in stock + ours)],
        "both": both,
        "stages": stages,
        "passages": {"stock": stock[0]["passages"], "ours": ours[0]["passages"]},
        "tokens": {"stock": stock[0]["tokens"], "ours": ours[0]["tokens"]},
        "tokens embedded": {"stock": stock[0]["tokens embedded"], "ours": ours[0]["tokens embedded"]},
        "peak_mb": {"stock": _median(stock, "peak_mb"), "ours": _median(ours, "peak_mb")},
        "start_s": {"stock": _median(stock, "start"), "ours": _median(ours, "start")},
        "ocr": raw["ocr"],
        "questions": questions,
        "cold_start_s": median(raw["cold_start_s"]),
    }
    found["targets"] = {
        f"reading at least {READ_TARGET:g} times as fast": both["read"]["ratio"] >= READ_TARGET,
        f"end to end at least {END_TARGET:g} times as fast": both["end to end"]["ratio"] >= END_TARGET,
        f"p50 of a warm question under {LATENCY_TARGET_MS:g} ms": questions["p50_ms"] < LATENCY_TARGET_MS,
    }
    found["to reach 3"] = price(found)
    return found


def _median(runs: list[Figures], name: str) -> float:
    return float(median(run[name] for run in runs))


def price(found: Figures) -> str:
    """What ``NEXT`` times as fast as stock end to end would take, out of the measured parts."""
    sides, embed, tokens = found["both"]["end to end"], found["stages"]["embed"], found["tokens embedded"]
    aim = sides["stock"] / NEXT
    other = sides["ours"] - embed
    speed = tokens["ours"] / embed
    told = (
        f"{NEXT:g} times means {aim:.1f} s for these files. Embedding our {tokens['ours']:,} tokens (stock embeds"
        f" {tokens['stock']:,}) takes {embed:.1f} s at {speed:,.0f} a second, all else {other:.1f} s:"
    )
    if sides["ratio"] >= NEXT:
        return f"{told} it is reached."
    if aim <= other:
        return f"{told} reading and writing alone take longer than that, however fast the model."
    faster = tokens["ours"] / (aim - other) / speed
    if embed >= aim:
        return (
            f"{told} with everything else free it would be {sides['stock'] / embed:.1f} times, so the model has to run"
            f" {faster:.1f} times as fast (or on {1 / faster:.0%} of the tokens)."
        )
    return (
        f"{told} either the model runs {faster:.1f} times as fast, or all else comes down to {aim - embed:.1f} s,"
        f" {1 - (aim - embed) / other:.0%} less."
    )


def print_report(found: Figures) -> None:
    """The figures as tables on standard output."""
    out = Console()
    low, high = found["load"]
    out.print(
        f"\n{found['pages']} pages, {found['repeats']} runs a side in turn, medians; {found['cores']} cores, load"
        f" {low:.1f} to {high:.1f}; ours in {found['arithmetic']}, stock in float32"
    )
    if high > found["cores"] * 1.5:
        out.print("[yellow]The machine was busy with other work: trust the ratios more than the seconds.[/]")
    for reason in found["files refused"]:
        out.print(f"[yellow]not in the index of ours: {reason}[/]")
    out.print(_sides(found), _stages(found), sep="\n\n")
    ocr, questions = found["ocr"], found["questions"]
    if ocr["pages"]:
        each = ocr["seconds"] / ocr["pages"]
        out.print(
            f"OCR, in none of these: {ocr['pages']} pages by {ocr['engine']}, {ocr['seconds']:.1f} s, {each:.1f} s each"
        )
    out.print(
        f"A warm question over {questions['pages']} pages: p50 {questions['p50_ms']:.0f} ms, p95"
        f" {questions['p95_ms']:.0f} ms, slowest {questions['slowest_ms']:.0f} ms ({questions['questions']} questions,"
        f" load {questions['load']:.1f}, peak memory with the ingest {questions['peak_mb']:.0f} MB)"
    )
    out.print(f"Cold start, `board-qa ask` from start to end: {found['cold_start_s']:.2f} s\n")
    for target, met in found["targets"].items():
        out.print(f"[{'green' if met else 'red'}]{'met    ' if met else 'not met'}[/] {target}")
    out.print(f"\n{found['to reach 3']}")


def _sides(found: Figures) -> Table:
    table = Table("", "stock", "ours", "times as fast", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, title in BOTH.items():
        sides = found["both"][name]
        table.add_row(title, f"{sides['stock']:.2f} s", f"{sides['ours']:.2f} s", f"{sides['ratio']:.2f}")
    for name in ("passages", "tokens", "tokens embedded"):
        table.add_row(name, f"{found[name]['stock']:,}", f"{found[name]['ours']:,}")
    table.add_row("start: imports and model", *(f"{found['start_s'][side]:.1f} s" for side in ("stock", "ours")))
    table.add_row("peak memory", *(f"{found['peak_mb'][side]:.0f} MB" for side in ("stock", "ours")))
    return table


def _stages(found: Figures) -> Table:
    table = Table("ours by stage", "seconds", "share", "pages a second", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    total = sum(found["stages"].values())
    for stage, seconds in found["stages"].items():
        table.add_row(stage, f"{seconds:.2f}", f"{seconds / total:.0%}", f"{found['pages'] / max(seconds, 1e-9):,.0f}")
    table.add_row("all", f"{total:.2f}", "", f"{found['pages'] / total:,.1f}")
    return table
