//! `eval`: what it counts, on a small set whose numbers are known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::files::golden;

use crate::program::{args, keys, run};

/// Two people, four and three usable photos, one failure to extract each.
const PHOTOS: [(&str, &str); 9] = [
    ("collins/1.jpg", "astronaut.jpg"),
    ("collins/2.jpg", "astronaut-q10.jpg"),
    ("collins/3.jpg", "astronaut-gray.jpg"),
    ("collins/4.jpg", "astronaut-mirrored.jpg"),
    ("collins/faceless & <b>.png", "gray.png"),
    ("hopper/1.jpg", "hopper.jpg"),
    ("hopper/2.jpg", "hopper-mirrored.jpg"),
    ("hopper/3.jpg", "hopper-upscaled.jpg"),
    ("hopper/broken.jpg", "truncated-50.jpg"),
];

const PAIRS: &str = "path_a,path_b,same,fold
collins/1.jpg,collins/2.jpg,1,one
hopper/1.jpg,hopper/2.jpg,1,one
collins/1.jpg,hopper/1.jpg,0,one
collins/2.jpg,hopper/2.jpg,0,one
collins/1.jpg,collins/faceless & <b>.png,1,two
collins/3.jpg,collins/4.jpg,1,two
collins/3.jpg,hopper/3.jpg,0,two
collins/4.jpg,hopper/broken.jpg,0,two
";

pub(crate) fn small_set() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in PHOTOS {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(golden(source), path).unwrap();
    }
    let pairs = folder.path().join("pairs.csv");
    fs::write(&pairs, PAIRS).unwrap();
    (folder, pairs)
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_small_set_is_counted_correctly() {
    let (folder, pairs) = small_set();
    let file = folder.path().join("out.json");
    let run = run(args!["eval", pairs, "--json", file, "--cross"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "no progress bar where there is no terminal");
    let report = read_json(&file);
    assert_eq!(
        keys(&report),
        [
            "accuracy",
            "counts",
            "cross_identity",
            "det",
            "detector",
            "engine",
            "extractor",
            "failures_to_extract",
            "rates"
        ]
    );
    let counts = &report["counts"];
    assert_eq!(
        ["pairs", "genuine", "impostor", "photos"].map(|name| counts[name].as_u64().unwrap()),
        [8, 4, 4, 9]
    );
    check_failures(&report["failures_to_extract"]);
    check_accuracy(&report["accuracy"]);
    check_rates(&report);
    for line in [
        "8 pairs (4 same, 4 different) of 9 photos",
        "failures to extract: 2 photos (1 CORRUPT_IMAGE, 1 NO_FACE); 1 genuine and 1 impostor pairs with them, \
         counted as non-match",
        "accuracy over 2 folds, threshold chosen on the others: 87.50 % +- 12.50",
        "best accuracy, threshold chosen on the same pairs: 87.50 %",
        "accuracy at score 27: 87.50 % (1 wrong)",
        "   27  0.00 % = 0/4 (0.00-48.99)                  25.00 % = 1/4 (4.56-69.94)",
        "FMR over all 12 comparisons between 2 folders",
    ] {
        assert!(run.text().contains(line), "{line:?} is not in\n{}", run.text());
    }
}

fn check_failures(failures: &Value) {
    assert_eq!((&failures["rate"]["errors"], &failures["rate"]["of"]), (&2.into(), &9.into()));
    assert_eq!(failures["by_error"], json!({"CORRUPT_IMAGE": 1, "NO_FACE": 1}));
    assert_eq!((&failures["genuine_pairs"], &failures["impostor_pairs"]), (&1.into(), &1.into()));
    assert_eq!(failures["pairs_counted_as"], "non-match");
    let photos = failures["photos"].as_array().unwrap();
    let named: Vec<_> = photos
        .iter()
        .map(|photo| (photo["path"].as_str().unwrap(), photo["error"].as_str().unwrap()))
        .collect();
    assert_eq!(named, [("collins/faceless & <b>.png", "NO_FACE"), ("hopper/broken.jpg", "CORRUPT_IMAGE")]);
}

fn check_accuracy(accuracy: &Value) {
    // The pair of one person with a failure is the one that is decided wrongly, whatever the threshold.
    assert_eq!(accuracy["at_threshold"]["accuracy"], 0.875);
    assert_eq!(accuracy["best_with_threshold_chosen_on_the_same_pairs"]["accuracy"], 0.875);
    // Fold one 4 of 4, fold two 3 of 4: the mean 0.875, its standard error sqrt(0.03125 / 2).
    let folds = &accuracy["over_folds"];
    assert_eq!((&folds["mean"], &folds["standard_error"]), (&0.875.into(), &0.125.into()));
    let each: Vec<_> =
        folds["folds"].as_array().unwrap().iter().map(|fold| (&fold["fold"], &fold["accuracy"])).collect();
    assert_eq!(each, [(&"one".into(), &1.0.into()), (&"two".into(), &0.75.into())]);
}

fn check_rates(report: &Value) {
    let rates = report["rates"].as_array().unwrap();
    let scores: Vec<_> = rates.iter().map(|rates| rates["score"].as_f64().unwrap()).collect();
    assert_eq!(scores, [20.0, 27.0, 30.0, 40.0, 50.0]);
    assert_eq!(rates[1]["fmr"]["rate"], 0.0);
    assert_eq!(
        (&rates[1]["fnmr"]["errors"], &rates[1]["fnmr"]["of"], &rates[1]["fnmr"]["rate"]),
        (&1.into(), &4.into(), &0.25.into())
    );
    let cross = &report["cross_identity"];
    assert_eq!((&cross["identities"], &cross["comparisons"]), (&2.into(), &12.into()));
    assert_eq!(cross["fmr"][1], json!({"score": 27.0, "errors": 0, "rate": 0.0}));
    // Six comparisons were made; the two failures are non-matches at every threshold.
    let det = report["det"].as_array().unwrap();
    let ends =
        [&det[0], &det[5]].map(|point| (point["fmr"].as_f64().unwrap(), point["fnmr"].as_f64().unwrap()));
    assert_eq!((det.len(), ends), (6, [(0.0, 0.75), (0.75, 0.25)]));
}

#[test]
fn templates_of_several_photos_are_measured() {
    let (folder, pairs) = small_set();
    let file = folder.path().join("out.json");
    let run = run(args!["eval", pairs, "--enroll", "2,3", "--json", file]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = read_json(&file);
    let [two, three] = [0, 1].map(|place| &report["enrolment"][place]);
    assert_eq!((&two["photos"], &two["people"], &three["people"]), (&2.into(), &2.into(), &1.into()));
    let counts = |rate: &Value| [&rate["errors"], &rate["of"]].map(|count| count.as_u64().unwrap());
    // Seven probes, each against the photos of the other person: 4 * 3 and 3 * 4.
    let at_27 = &two["rates"][1];
    assert_eq!((counts(&at_27["fnmr"]), counts(&at_27["fmr"])), ([0, 7], [0, 24]));
    assert_eq!(counts(&two["rates_of_one"][1]["fmr"]), [0, 24]);
    assert_eq!(counts(&two["not_matching_the_others"]), [0, 14]);
    let stranger = &two["with_a_stranger"];
    assert_eq!(counts(&stranger["found"]), [7, 7]);
    // Two of three photos of one, three of four of the other.
    assert_eq!(counts(&stranger["admitted"])[1], 4 * 2 + 3 * 3);
    // With three photos no other person has enough photos to be the stranger.
    assert_eq!(
        (counts(&three["rates"][1]["fnmr"]), counts(&three["with_a_stranger"]["found"])),
        ([0, 4], [0, 0])
    );
    assert!(run.text().contains("templates of 2 photos, 2 people with more"), "{}", run.text());
    for wrong in ["0", "17", "two"] {
        assert_eq!(crate::program::run(args!["eval", pairs, "--enroll", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn every_pair_has_a_line() {
    let (_folder, pairs) = small_set();
    let run = run(args!["eval", pairs, "--scores", "-", "--workers", "1"]);
    assert_eq!(run.code, 0);
    let mut lines = run.text().lines();
    assert_eq!(lines.next(), Some("path_a\tpath_b\tsame\tsimilarity\tscore\terror"));
    let lines: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    for (cells, pair) in lines.iter().zip(PAIRS.lines().skip(1)) {
        let pair: Vec<_> = pair.split(',').collect();
        assert_eq!(cells[..3], pair[..3]);
        match (cells[3].parse::<f32>(), cells[4].parse::<f32>(), cells[5]) {
            (Ok(similarity), Ok(score), "") => {
                assert!(
                    (-1.0..=1.0).contains(&similarity) && (score >= 27.0) == (pair[2] == "1"),
                    "{cells:?}"
                );
            }
            (Err(_), Err(_), error) => assert!(["NO_FACE", "CORRUPT_IMAGE"].contains(&error), "{cells:?}"),
            _ => panic!("{cells:?}"),
        }
    }
    assert_eq!((lines.len(), lines.iter().filter(|cells| !cells[5].is_empty()).count()), (8, 2));
}

#[test]
fn results_do_not_depend_on_the_number_of_workers() {
    let (_folder, pairs) = small_set();
    let [one, many] = ["1", "4"].map(|workers| {
        let mut report = run(args!["eval", pairs, "--json", "-", "--cross", "--workers", workers]).json();
        report["counts"]["photos_per_second"].take();
        report
    });
    assert_eq!(one, many);
}
