//! `eval` and `calibrate` by groups of people, on a small set whose numbers are known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::files::{golden, shared};
use testkit::report;

use crate::program::{args, run};

/// `double` is `collins` under another name, so that all four comparisons between them are false matches.
const PHOTOS: [(&str, &str); 6] = [
    ("collins/1.jpg", "astronaut.jpg"),
    ("collins/2.jpg", "astronaut-gray.jpg"),
    ("double/1.jpg", "astronaut-q10.jpg"),
    ("double/2.jpg", "astronaut-mirrored.jpg"),
    ("hopper/1.jpg", "hopper.jpg"),
    ("hopper/2.jpg", "hopper-mirrored.jpg"),
];

const PAIRS: &str = "path_a,path_b,same
collins/1.jpg,collins/2.jpg,1
hopper/1.jpg,hopper/2.jpg,1
collins/1.jpg,double/1.jpg,0
collins/1.jpg,hopper/1.jpg,0
double/2.jpg,hopper/2.jpg,0
";

const PEOPLE: &str = "who,born,kind
collins,1956,<b>
double,1950,<b>
hopper,1906,second
";

fn set() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in PHOTOS {
        let path = folder.path().join("photos").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(golden(source), path).unwrap();
    }
    let (pairs, people) = (folder.path().join("photos/pairs.csv"), folder.path().join("people.csv"));
    fs::write(&pairs, PAIRS).unwrap();
    fs::write(&people, PEOPLE).unwrap();
    (folder, pairs, people)
}

/// Errors and comparisons.
fn counts(rate: &Value) -> (u64, u64) {
    (rate["errors"].as_u64().unwrap(), rate["of"].as_u64().unwrap())
}

fn at_27(report: &Value) -> &Value {
    report["by_group"]["at"].as_array().unwrap().iter().find(|at| at["score"] == 27.0).unwrap()
}

#[test]
fn rates_within_and_between_groups_are_counted() {
    let (folder, pairs, people) = set();
    let page = folder.path().join("report");
    let file = folder.path().join("out.json");
    let run = run(args![
        "eval", pairs, "--people", people, "--by", "kind", "--cross", "--json", file, "--report", page
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let groups = &report["by_group"]["groups"];
    assert_eq!(groups[0], json!({"name": "<b>", "people": 2, "photos": 4}));
    assert_eq!(groups[1], json!({"name": "second", "people": 1, "photos": 2}));
    let at = at_27(&report);
    assert_eq!([&at["within"]["fmr"], &at["between"]["fmr"]].map(counts), [(4, 4), (0, 8)]);
    assert_eq!([&at["within"]["fnmr"], &at["between"]["fnmr"]].map(counts), [(0, 2), (0, 0)]);
    let each: Vec<_> =
        at["pairs_of_groups"].as_array().unwrap().iter().map(|pair| counts(&pair["fmr"])).collect();
    assert_eq!(each, [(4, 4), (0, 0), (0, 8)]);
    let differential = &at["fmr_differential"];
    assert_eq!((&differential["worst_group"], &differential["groups"]), (&0.into(), &1.into()));
    assert_eq!(differential["max_over_geometric_mean"], 1.0);
    // Four comparisons say nothing about one in a hundred.
    assert_eq!(report["by_group"]["lowest_scores_within"][0], json!({"one_in": 100, "score": null}));
    for words in [
        "2 groups of 6 photos, 0 photos without one; FMR over all comparisons",
        "   27  100.00 % = 4/4 (51.01-100.00)              0.00 % = 0/8 (0.00-32.44)",
        "FMR: highest in \"<b>\"; over the mean of 1 groups (100.00 %) 1.0, over their geometric mean 1.0, over the \
         lowest 1.0",
        "FNMR: no error in any of 2 groups",
    ] {
        assert!(run.text().contains(words), "{words:?} is not in\n{}", run.text());
    }
    let page = fs::read_to_string(page.join("index.html")).unwrap();
    assert!(page.contains("<tr><td>&lt;b&gt;<td>second<td>0.00 % = 0/8"), "{page}");
}

#[test]
fn groups_may_be_columns_of_the_pairs() {
    let (_folder, pairs, people) = set();
    let by_table = run(args!["eval", pairs, "--people", people, "--by", "born/100", "--json", "-"]).json();
    let names: Vec<_> =
        by_table["by_group"]["groups"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["1900-1999"]);
    let grouped = PAIRS.replace(",same\n", ",same,group_a,group_b\n");
    let rows = grouped.lines().enumerate().map(|(place, line)| match place {
        0 => format!("{line}\n"),
        _ => format!(
            "{line},{}\n",
            if line.matches("hopper").count() == 1 {
                "x,y"
            } else if line.contains("hopper") {
                "y,y"
            } else {
                "x,x"
            }
        ),
    });
    fs::write(&pairs, rows.collect::<String>()).unwrap();
    let by_column = run(args!["eval", pairs, "--json", "-"]).json();
    let at = at_27(&by_column);
    assert_eq!(by_column["by_group"]["impostor_comparisons"], "listed pairs");
    assert_eq!([&at["within"]["fmr"], &at["between"]["fmr"]].map(counts), [(1, 1), (0, 2)]);
    run(args!["eval", pairs, "--people", people, "--by", "kind"]).fails_with("INVALID_ARGUMENT");
}

#[test]
fn people_that_do_not_fit_are_refused() {
    let (folder, pairs, people) = set();
    let wrong = run(args!["eval", pairs, "--people", people, "--by", "origin"]);
    wrong.fails_with("FILE_MALFORMED");
    assert!(wrong.stderr.contains("line 1: there is no column named origin"), "{}", wrong.stderr);
    fs::write(&people, "who,kind\nsomebody,else\n").unwrap();
    run(args!["eval", pairs, "--people", people, "--by", "kind"]).fails_with("INVALID_ARGUMENT");
    let missing = folder.path().join("no-such.csv");
    run(args!["eval", pairs, "--people", missing, "--by", "kind"]).fails_with("FILE_UNREADABLE");
    for half in [args!["eval", pairs, "--people", people], args!["eval", pairs, "--by", "kind"]] {
        assert_eq!(run(half).code, 2);
    }
}

#[test]
fn a_table_of_scores_may_compare_people_of_one_group_only() {
    let (folder, _, people) = set();
    let calibrate = |name: &str| {
        let photos = folder.path().join("photos");
        run(args!["calibrate", photos, "--tail-count", "1", "--people", people, "--within", name])
    };
    let table = calibrate("kind");
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(table.text().contains("\ncomparisons = 4\n"), "{}", table.text());
    let protocol =
        "all comparisons of different identities within the same kind (0 photos without) among 6 photos of 3";
    assert!(table.text().contains(protocol), "{}", table.text());
    assert!(calibrate("born/10").text().contains("\ncomparisons = 4\n"));
    calibrate("who").fails_with("INVALID_ARGUMENT");
}

/// If the data is available: the figures of docs/ACCURACY.md.
#[test]
fn people_of_one_sex_and_origin_are_confused_more_often() {
    let Some(folder) = shared("london-dev") else { return };
    let file = |name: &str| -> PathBuf { Path::new(&folder).join(name) };
    let by = "face_gender,face_eth";
    let report = run(args![
        "eval",
        file("pairs.csv"),
        "--people",
        file("people.csv"),
        "--by",
        by,
        "--cross",
        "--json",
        "-"
    ])
    .json();
    let at = at_27(&report);
    let [within, between] = [&at["within"]["fmr"], &at["between"]["fmr"]].map(counts);
    assert_eq!(within.1 + between.1, 3280);
    assert!(within.0 * between.1 > between.0 * within.1, "{within:?} {between:?}");
    report::note(&format!("london-dev at 27: {within:?} false matches within groups, {between:?} between"));
}
