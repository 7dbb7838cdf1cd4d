"""Print random documents and count what is wrong with their notes.

    python -m benchmarks.notes_fuzz --notes 20000 --seed 1
    python -m benchmarks.notes_fuzz --notes 2000 --engine stock     the layout engine as it is installed
    python -m benchmarks.notes_fuzz --notes 2000 --longest 40       short notes only

Ends with status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import logging
import time
import traceback
from contextlib import nullcontext

import weasyprint

from benchmarks.notes_fuzz.check import FAULTS, Tally, check
from benchmarks.notes_fuzz.documents import document
from pipeline.render.engine import improved
from pipeline.workers import processors, work_through

_ROWS = (
    ("documents", "documents"),
    ("notes", "notes"),
    ("words", "words in notes"),
    ("huge", "notes of 1,000 words and more"),
    ("pages", "pages"),
    ("divided", "divided notes"),
    ("with a gap", "  of these, with a page left out"),
    ("most pages", "  most pages of one note"),
    ("white", "pages with more than 25 % white"),
    ("notes only", "pages without text"),
)


def run(
    seed: int, notes: int, longest: int = 3000, engine: str = "improved", only: tuple[str, ...] = ()
) -> tuple[Tally, float]:
    """Print one document and check it; also give the CPU seconds that its layout took."""
    source = document(seed, notes, longest, only=only)
    started = time.process_time()
    try:
        with improved() if engine == "improved" else nullcontext():
            printed = weasyprint.HTML(string=source.html).render(pdf_variant="pdf/ua-1")
        seconds = time.process_time() - started
        pdf = printed.write_pdf(pdf_variant="pdf/ua-1")
    except Exception:  # whatever stops the engine is a fault to count
        tally = Tally()
        tally.figures.update(documents=1, notes=len(source.notes))
        tally.fault("crash", traceback.format_exc(limit=-4))
        return tally, time.process_time() - started
    return check(source, printed, pdf), seconds


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=2000, help="how many notes in all")
    parser.add_argument("--each", type=int, default=80, help="notes in a document")
    parser.add_argument("--longest", type=int, default=3000, help="words of the longest notes")
    parser.add_argument("--seed", type=int, default=1, help="of the first document; the next ones count on")
    parser.add_argument("--engine", choices=("improved", "stock"), default="improved")
    parser.add_argument("--only", default="", help="kinds of blocks, with commas between")
    parser.add_argument("--fast", action="store_true", help="four short documents: 160 notes")
    parser.add_argument("-v", action="store_true", help="tell each document and each fault")
    options = parser.parse_args()
    if options.fast:
        options.notes, options.each, options.longest = 160, 40, 600
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    only = tuple(filter(None, options.only.split(",")))
    total, seconds = Tally(), 0.0
    seeds = range(options.seed, options.seed + -(-options.notes // options.each))
    printed = work_through(
        seeds,
        lambda seed: run(seed, options.each, options.longest, options.engine, only),
        processes=processors(),
    )
    for number, (tally, took) in printed:
        seed = seeds[number]
        total.add(tally)
        seconds += took
        if options.v or tally.faults:
            print(f"seed {seed}: {took:.1f} s, {dict(tally.figures)}, {dict(tally.faults)}", flush=True)
        if options.v:
            for place in tally.places:
                print("   ", place, flush=True)
    print(f"\nengine: {options.engine}, seeds {seeds[0]} to {seeds[-1]}, {seconds:.0f} s CPU of layout\n")
    for name, told in _ROWS:
        print(f"{told:36}{total.figures[name]:>9,}")
    print()
    for name in FAULTS:
        print(f"{name:36}{total.faults[name]:>9,}")
    return 1 if total.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
