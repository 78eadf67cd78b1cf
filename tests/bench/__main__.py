"""`make bench`: what is understood, how fast, in how much memory; ratios to peers measured in the same run."""

import sys
from pathlib import Path

from tests.bench import (
    desk,
    growth,
    learning,
    pages,
    province,
    scorecard,
    starting,
    turns,
    understanding_accuracy,
    understanding_speed,
)
from tests.bench.setting import load_setting

QUESTIONS = Path(__file__).parents[3] / "shared" / "questions"


def main() -> int:
    setting = load_setting()
    missed = understanding_speed.report(setting, QUESTIONS)
    missed += learning.report(setting)
    missed += turns.report(setting)
    missed += pages.report(setting)
    missed += growth.report()
    missed += desk.report()
    missed += province.report(setting)
    missed += scorecard.report()
    missed += starting.report()
    if QUESTIONS.is_dir():
        missed += understanding_accuracy.report(setting, QUESTIONS)
    else:
        print(f"\n(no questions at {QUESTIONS}: accuracy is not measured)")
    print(f"\n{missed} limits missed" if missed else "\nall limits held")
    return 1 if missed else 0


sys.exit(main())
