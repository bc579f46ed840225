//! `conditions`: good photos degraded, on the small set of `eval`.

use std::fs;

use serde_json::{Value, json};

use crate::eval::small_set;
use crate::program::{Run, args, keys, run};

fn conditions(only: &str, more: &[&str]) -> (tempfile::TempDir, Run) {
    let (folder, pairs) = small_set();
    let mut arguments = args!["conditions", pairs, "--only", only];
    arguments.extend(more.iter().map(std::ffi::OsString::from));
    let run = run(arguments);
    (folder, run)
}

fn measured(only: &str, more: &[&str]) -> Value {
    let (_folder, run) = conditions(only, &[&["--json", "-"], more].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let mut report = run.json();
    for condition in report["conditions"].as_array_mut().unwrap() {
        condition["milliseconds"].take();
    }
    report
}

#[test]
fn each_condition_is_counted() {
    let report = measured("eyes-8,jpeg,dark", &[]);
    assert_eq!(
        keys(&report),
        ["conditions", "detector", "engine", "extractor", "probes", "seed", "without_face"]
    );
    // Five photos are probes; of the references one is faceless and one broken.
    assert_eq!((&report["probes"], &report["without_face"]), (&5.into(), &2.into()));
    let conditions = report["conditions"].as_array().unwrap();
    let names: Vec<_> = conditions.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["good", "jpeg-5", "eyes-8", "dark"]);
    for one in conditions {
        assert_eq!(one["failures_to_extract"]["of"], 5);
        let of =
            |rate: &str| one["rates"].as_array().unwrap().iter().map(|r| r[rate]["of"].clone()).collect();
        // The pairs with the faceless and the broken reference are left out.
        let (fnmr, fmr): (Vec<Value>, Vec<Value>) = (of("fnmr"), of("fmr"));
        assert_eq!((fnmr, fmr), (vec![json!(3); 2], vec![json!(3); 2]), "{one}");
    }
    let good = &conditions[0];
    assert_eq!((&good["failures_to_extract"]["errors"], &good["by_error"]), (&0.into(), &json!({})));
    assert_eq!(good["rates"][0]["fnmr"]["errors"], 0);
    // Degraded photos score lower.
    assert!(conditions[1..].iter().all(|one| one["median_score"].as_f64() < good["median_score"].as_f64()));
}

#[test]
fn a_photo_in_both_columns_is_left_out_once() {
    let (_folder, pairs) = small_set();
    let faceless = "collins/faceless & <b>.png";
    let rows = format!("{faceless},collins/1.jpg,1,two\n{faceless},{faceless},1,two\n");
    fs::write(&pairs, fs::read_to_string(&pairs).unwrap() + &rows).unwrap();
    let report = run(args!["conditions", pairs, "--only", "good", "--json", "-"]).json();
    assert_eq!((&report["probes"], &report["without_face"]), (&5.into(), &2.into()));
}

#[test]
fn a_seed_gives_the_same_numbers_on_any_number_of_workers() {
    let [one, many] = ["1", "4"].map(|workers| measured("noise,card-any", &["--workers", workers]));
    assert_eq!(one, many);
    assert_ne!(one["conditions"], measured("noise,card-any", &["--seed", "2"])["conditions"]);
}

#[test]
fn the_number_of_probes_can_be_limited() {
    assert_eq!(measured("gray", &["--probes", "2"])["probes"], 2);
    assert_eq!(measured("gray", &["--probes", "99"])["probes"], 5);
}

#[test]
fn pictures_are_written_with_the_page_only() {
    let (folder, run) = conditions("mask-half,jpeg", &[]);
    assert_eq!(run.code, 0);
    assert!(
        run.text().starts_with("5 photos, each under 3 conditions; 2 photos cannot be used and are left out"),
        "{}",
        run.text()
    );
    let written = |folder: &tempfile::TempDir| fs::read_dir(folder.path()).unwrap().count();
    let before = written(&small_set().0);
    assert_eq!(written(&folder), before);
    let report = folder.path().join("report");
    let (_folder, run) = conditions("mask-half,jpeg", &["--report", report.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let page = fs::read_to_string(report.join("index.html")).unwrap();
    for name in ["good", "mask-half", "jpeg-5"] {
        assert!(page.contains(&format!("src=\"{name}.jpg\"")) && page.contains(name), "{page}");
        let picture = image::open(report.join(format!("{name}.jpg"))).unwrap();
        assert!(picture.width().max(picture.height()) <= 900);
    }
    assert_eq!(fs::read_dir(&report).unwrap().count(), 4);
}

#[test]
fn the_conditions_are_listed_and_others_refused() {
    let list = run(args!["conditions", "--list"]);
    assert_eq!(list.code, 0);
    for name in ["card-45", "far-24", "crop-tight", "sunglasses", "roll-any"] {
        assert!(list.text().lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
    conditions("cards", &[]).1.fails_with("INVALID_ARGUMENT");
}
