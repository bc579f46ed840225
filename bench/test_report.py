"""`python -m unittest discover bench`: the pipe and the document of `measure.py`. Needs nothing but Python."""

import sys
import tempfile
import unittest
from pathlib import Path

import report
from piped import Subject

ECHO = """
import sys
print("fake 1", flush=True)
for line in sys.stdin:
    what, path = line.rstrip("\\n").split("\\t")
    if what == "end":
        break
    print("error NO_FACE" if what == "bad" else f"1.5 {len(path)}", flush=True)
"""


class ReportTest(unittest.TestCase):
    def test_a_piece_that_was_not_measured_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            done, missing = Path(folder) / "done.md", Path(folder) / "missing.md"
            done.write_text("| 1 |\n", encoding="utf-8")
            text = report.document({"done": ("What it is.", done), "missing": ("What it would be.", missing)})
        self.assertIn("## done\n\nWhat it is.\n\n| 1 |\n", text)
        self.assertIn("## missing\n\nWhat it would be.\n\nNot measured.\n", text)

    def test_where_it_was_measured_has_the_commit(self) -> None:
        self.assertRegex(report.stamp(), r"commit [0-9a-f]{7,}")


class SubjectTest(unittest.TestCase):
    def setUp(self) -> None:
        self.subject = Subject([sys.executable, "-c", ECHO], None, "fake")
        self.addCleanup(self.subject.stop)

    def test_answers_are_numbers_and_errors_are_raised(self) -> None:
        self.assertEqual(self.subject.about, "fake: fake 1")
        self.assertEqual(self.subject.ask("good", "abc"), [1.5, 3.0])
        with self.assertRaisesRegex(RuntimeError, "bad of abc: error NO_FACE"):
            self.subject.ask("bad", "abc")

    def test_an_end_is_an_error(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "ended"):
            self.subject.ask("end")


if __name__ == "__main__":
    unittest.main()
