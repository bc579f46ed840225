"""What each part of models/high contributes, and how its weight was chosen: on the train photos of LFW View 1.

    python weights.py LFW            the grid of weights, on train
    python weights.py LFW --report   the set as it is, on train, test and both

LFW is a folder with train.csv and test.csv (path_a, path_b, same). Needs numpy and the package visavis, and models/high
complete (`cargo xtask models high`). A false match rate is measured over all comparisons of different people among the
photos of a table; a false non-match rate at it over its pairs of one person, and over all comparisons of one person.
"""

import argparse
import csv
import pathlib
import tempfile
import tomllib

import numpy as np
import visavis

HIGH = pathlib.Path(__file__).resolve().parent.parent / "high"
RATES = (1e-3, 1e-4, 1e-5)
# The scores between which a second opinion might be used.
BANDS = ((20, 40), (20, 50), (15, 60))


def main():
    parser = argparse.ArgumentParser(description="Measures the parts of models/high on LFW View 1.")
    parser.add_argument("lfw", type=pathlib.Path)
    parser.add_argument("--report", action="store_true", help="measure the set as it is, on test too; nothing is chosen")
    options = parser.parse_args()
    tables = {name: read(options.lfw / f"{name}.csv") for name in ("train", "test")}
    if not options.report:
        return grid(Rates(options.lfw, tables["train"]))
    for name, pairs in {**tables, "both": tables["train"] + tables["test"]}.items():
        report(name, Rates(options.lfw, pairs))


def read(table):
    with table.open(newline="") as file:
        return [(row["path_a"], row["path_b"], row["same"] == "1") for row in csv.DictReader(file)]


def grid(rates):
    for flip in ((False, False), (True, False), (False, True), (True, True)):
        for percent in (*range(20, 60, 10), *range(60, 90, 5)):
            name = "flip {}, {}; dlib's weight {}".format(*("yes" if part else "no" for part in flip), percent / 100)
            rates.show(name, rates.joined(percent / 100, *flip))


def report(name, rates):
    counts = f"{rates.different.sum():,} comparisons of different people, {(~rates.different).sum():,} of one person"
    print(f"{name}: {len(rates.photos)} photos, {counts}")
    weight = [part["weight"] for part in manifest()["extractors"]][1]
    today, both = rates.cosines(0, False), rates.joined(weight, True, True)
    rates.show("as in models/", today)
    rates.show("flip", rates.cosines(0, True))
    rates.show("dlib", rates.joined(weight, False, False))
    rates.show("dlib alone, flip", rates.cosines(1, True))
    rates.show("high", both)
    for low, high in BANDS:
        rates.second_opinion(low, high, today, both)


class Rates:
    """All comparisons among the photos of a table."""

    def __init__(self, folder, pairs):
        self.photos = sorted({path for *paths, _ in pairs for path in paths})
        self.parts = {flip: extract([folder / photo for photo in self.photos], flip) for flip in (False, True)}
        place = {photo: at for at, photo in enumerate(self.photos)}
        people = np.array([pathlib.PurePath(photo).parent.name for photo in self.photos])
        self.one, self.other = np.triu_indices(len(self.photos), 1)
        self.different = people[self.one] != people[self.other]
        self.genuine = np.array([[place[a], place[b]] for a, b, same in pairs if same]).T

    def cosines(self, part, flip):
        values = self.parts[flip][part]
        return values @ values.T

    def joined(self, weight, flip_ours, flip_dlib):
        return (1 - weight) * self.cosines(0, flip_ours) + weight * self.cosines(1, flip_dlib)

    def show(self, name, similarities):
        compared = similarities[self.one, self.other]
        impostors = np.sort(compared[self.different])
        pairs, all_pairs = similarities[*self.genuine], compared[~self.different]
        text = []
        for rate in RATES:
            # At most this fraction of the impostors is above it.
            threshold = impostors[-1 - int(rate * len(impostors))]
            missed = int((pairs <= threshold).sum())
            text.append(f"{missed}/{len(pairs)} {missed / len(pairs):.2%} ({(all_pairs <= threshold).mean():.2%})")
        print(f"  {name}: " + ", ".join(text), flush=True)

    def second_opinion(self, low, high, first, second):
        """The first opinion, or the second one if the score of the first is between two bounds."""
        scores = [self.scores(similarities) for similarities in (first, second)]
        asked = (scores[0] >= low) & (scores[0] < high)
        joined = np.zeros_like(first)
        joined[self.one, self.other] = np.where(asked, scores[1], scores[0])
        joined += joined.T
        shares = f"{asked[self.different].mean():.2%} of different people, {asked[~self.different].mean():.2%} of one person"
        self.show(f"second opinion from {low} to {high}, for {shares}", joined)

    def scores(self, similarities):
        """The scores by the false match rate among these comparisons."""
        compared = similarities[self.one, self.other]
        impostors = np.sort(compared[self.different])
        reaching = len(impostors) - np.searchsorted(impostors, compared)
        return -10 * np.log10(np.maximum(reaching, 0.5) / len(impostors))


def extract(photos, flip):
    """The vectors of each network for the photos, scaled to length one."""
    with tempfile.TemporaryDirectory() as folder:
        with_flip(pathlib.Path(folder), flip)
        verifier = visavis.Verifier(models=folder)
        # A failure to extract would be an error here; LFW View 1 has none.
        templates = [verifier.extract(photo).template for photo in photos]
    values = np.array([np.frombuffer(template.to_bytes()[24:-4], "<f4") for template in templates])
    first = manifest()["extractors"][0]["dimensions"]
    return [part / np.linalg.norm(part, axis=1, keepdims=True) for part in np.split(values, [first], axis=1)]


def with_flip(folder, flip):
    """models/high with flip averaging on or off."""
    text = (HIGH / "manifest.toml").read_text()
    assert text.count("flip = true") == 2
    (folder / "manifest.toml").write_text(text.replace("flip = true", f"flip = {str(flip).lower()}"))
    for file in HIGH.glob("*.onnx"):
        (folder / file.name).symlink_to(file)


def manifest():
    return tomllib.loads((HIGH / "manifest.toml").read_text())


if __name__ == "__main__":
    main()
