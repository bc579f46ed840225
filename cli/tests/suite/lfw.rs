//! The published figures, measured again: LFW View 1, each of its 4,992 photos once for each test.
//!
//! Only with ONNX Runtime: the embedded engine gives the same scores, but takes several times as long.

use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::{files, report};

use crate::program::{args, run};

fn data() -> Option<PathBuf> {
    let folder = files::shared("lfw-view1")?;
    let engine = &run(args!["detect", files::golden("hopper.jpg"), "--json"]).json()["engine"];
    if engine["name"] != "onnxruntime" {
        report::skip(
            "LFW View 1",
            &format!("without ONNX Runtime it takes long: {}", engine["fallback_reason"]),
        );
        return None;
    }
    Some(folder)
}

fn eval(folder: &Path, view: &str) -> Value {
    let report = run(args!["eval", folder.join(view), "--json", "-", "--cross"]).json();
    assert_eq!(report["failures_to_extract"]["photos"], Value::Array(vec![]), "{view}");
    report
}

/// The rates at score 27, which is the default threshold.
fn at_27(rates: &Value) -> &Value {
    rates.as_array().unwrap().iter().find(|rates| rates["score"] == 27.0).unwrap()
}

#[test]
fn the_accuracy_is_as_published() {
    let Some(folder) = data() else { return };
    let (mut missed, mut genuine, mut reached, mut comparisons) = (0, 0, 0, 0);
    for (view, pairs, least) in [("train.csv", 2200, 0.996), ("test.csv", 1000, 0.993)] {
        let report = eval(&folder, view);
        assert_eq!(report["counts"]["pairs"], pairs);
        let best =
            report["accuracy"]["best_with_threshold_chosen_on_the_same_pairs"]["accuracy"].as_f64().unwrap();
        assert!(best >= least, "{view}: {best}");
        let number = |value: &Value| value.as_u64().unwrap();
        let fnmr = &at_27(&report["rates"])["fnmr"];
        missed += number(&fnmr["errors"]);
        genuine += number(&fnmr["of"]);
        reached += number(&at_27(&report["cross_identity"]["fmr"])["errors"]);
        comparisons += number(&report["cross_identity"]["comparisons"]);
        report::note(&format!("LFW View 1, {view}: {pairs} pairs, best accuracy {:.2} %", 100.0 * best));
    }
    let (fnmr, fmr) = (missed as f64 / genuine as f64, reached as f64 / comparisons as f64);
    assert!(fnmr <= 0.01, "FNMR at 27: {fnmr}");
    assert!((0.0015..=0.0025).contains(&fmr), "FMR at 27: {fmr}");
    report::note(&format!("at score 27 FNMR {:.2} %, FMR {:.3} %", 100.0 * fnmr, 100.0 * fmr));
}

#[test]
fn the_committed_table_is_what_calibrate_gives() {
    let Some(folder) = data() else { return };
    let manifest = files::root().join("models/manifest.toml");
    let run = run(args!["calibrate", folder.join("images"), "--name", "LFW View 1", "--check", manifest]);
    assert_eq!(run.code, 0, "{}{}", run.text(), run.stderr);
    report::note("the score table is measured again on LFW View 1 and agrees");
}
