"""The search: strategies on landscapes, and what the loop and `confirm` make of them. `make bench-search`.

    python -m benchmarks.search [searches|targets|slots|driver|claims ...] [--seeds 100] [--results FILE] [--minutes M]

Without names, all but `targets`. Searches are kept in a file and not made again, unless the code has changed
(`--keep` takes them all the same, but for the strategies that `--again` names).
"""

import argparse
import os
import time
from pathlib import Path

from benchmarks.search import claims, driver, outcomes, slots
from benchmarks.search.cases import measure_targets, planned
from benchmarks.search.store import Store, key_of
from dgm.simulation import run_all

PARTS = ("searches", "slots", "driver", "claims")


def main() -> None:
    """Run what is asked for."""
    told = _arguments()
    for part in told.parts or PARTS:
        match part:
            case "targets":
                print(measure_targets(told.processes))
            case "searches":
                _search(told)
            case "slots":
                slots.main()
            case "driver":
                driver.main()
            case "claims":
                claims.main(told.processes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=["targets", *PARTS, []], metavar="PART")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/search.jsonl"))
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop searching after so many")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--again", action="append", default=[], metavar="STRATEGY")
    return parser.parse_args()


def _search(told: argparse.Namespace) -> None:
    store = Store(told.results, keep=told.keep, again=told.again)
    missing = [case for case in planned(told.seeds) if key_of(case) not in store.runs]
    print(
        f"{len(store.runs)} searches are known, {store.of_other_code} of other code; {len(missing)} to make", flush=True
    )
    started, trials = time.monotonic(), 0
    for done, (case, run) in enumerate(run_all(missing, told.processes), start=1):
        store.add(case, run)
        trials += run.trials
        if time.monotonic() - started > 60 * told.minutes:
            break
        if done % 1000 == 0:
            print(f"{done} of {len(missing)} after {(time.monotonic() - started) / 60:.1f} min", flush=True)
    if trials:
        minutes = (time.monotonic() - started) / 60
        print(
            f"{trials:,} trials in {minutes:.1f} min: {60e3 * minutes * told.processes / trials:.3f} ms of a core each"
        )
    outcomes.show_all({key: run for key, run in store.runs.items() if key[2] < told.seeds})


if __name__ == "__main__":
    main()
