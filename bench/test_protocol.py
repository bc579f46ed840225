"""`python -m unittest discover bench`: the protocol against tables worked out by hand. Needs nothing but Python."""

import json
import tempfile
import unittest
from pathlib import Path

import protocol
from protocol import Comparison, Pair

CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["cases"]


class Fake:
    """Identifies a photo by its one byte: even bytes have no face, and numbers that are close are alike."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self.name, self.calls = name, calls

    def extract(self, photo: bytes) -> int | None:
        self.calls.append(self.name)
        return photo[0] if photo[0] % 2 else None

    def compare(self, probe: int, reference: int) -> tuple[float, bool]:
        return -abs(probe - reference), abs(probe - reference) <= 2


class ProtocolTest(unittest.TestCase):
    def test_rates_and_thresholds(self) -> None:
        self.assertEqual(len(CASES), 4)
        for case in CASES:
            with self.subTest(case["name"]):
                comparisons = [Comparison(**comparison) for comparison in case["comparisons"]]
                self.assertEqual(vars(protocol.rates(comparisons)), case["own"])
                best = protocol.best_threshold(comparisons)
                self.assertAlmostEqual(best, float(case["best_threshold"]))
                self.assertEqual(protocol.rates(protocol.at(comparisons, best)).accuracy, case["best_accuracy"])
                if "threshold" in case:
                    self.assertEqual(protocol.at(comparisons, case["threshold"]), comparisons)

    def test_a_photo_is_extracted_once_and_a_failure_is_a_non_match(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            data = photos(folder, {"one": 1, "three": 3, "nine": 9, "nobody": 2})
            table = data / "pairs.csv"
            table.write_text("path_a,path_b,same\none,three,1\none,nine,0\nnobody,one,1\n")
            calls: list[str] = []
            pairs = protocol.pairs_of(table)
            self.assertEqual(pairs[1], Pair("one", "nine", False))
            comparisons, count, failures = protocol.run(Fake("fake", calls), data, pairs)
        self.assertEqual((count, failures, len(calls)), (4, 1, 4))
        self.assertEqual(comparisons, [(True, -2, True), (False, -8, False), (True, None, False)])
        row = protocol.accuracy_row("fake", comparisons, count, failures, -1.0)
        self.assertEqual(
            row,
            ["fake", "66.67 %", "33.33 %", "66.67 %", "0.00 % (0 of 1)", "50.00 % (1 of 2)", "1 of 4 photos"],
        )

    def test_subjects_take_turns(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            data = photos(folder, {"one": 1, "three": 3})
            calls: list[str] = []
            subjects = [Fake("a", calls), Fake("b", calls)]
            times = protocol.clock(subjects, data, [Pair("one", "three", True)] * 2, 2)
        # Once each to warm up, then two photos per pair and two pairs twice, with the subjects alternating in going first.
        self.assertEqual("".join(calls), "aabb" + "aabbbbaa" * 2)
        self.assertEqual(len(times), 2)
        self.assertEqual(protocol.timing_row("b", (3.0, 1.0), (2.0, 4.0)), ["b", "1.50", "0.25"])

    def test_a_part_is_taken_from_all_over_the_table(self) -> None:
        pairs = [Pair(str(index), "", index < 5) for index in range(10)]
        self.assertEqual([pair.probe for pair in protocol.spread(pairs, 4)], ["0", "2", "5", "7"])
        self.assertEqual(protocol.spread(pairs, None), pairs)
        self.assertEqual(protocol.spread(pairs, 99), pairs)

    def test_a_table_is_markdown(self) -> None:
        self.assertEqual(protocol.table(("", "x"), [["a", "1"]]), "|  | x |\n| --- | --- |\n| a | 1 |\n")


def photos(folder: str, values: dict[str, int]) -> Path:
    for name, value in values.items():
        Path(folder, name).write_bytes(bytes([value]))
    return Path(folder)


if __name__ == "__main__":
    unittest.main()
