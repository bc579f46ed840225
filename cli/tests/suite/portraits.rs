//! Real selfies of one woman, taken from different distances.

use std::path::Path;

use testkit::{files, report};

use crate::program::{args, run};

#[test]
fn selfies_are_the_same_person_and_an_astronaut_is_not() {
    let Some(folder) = files::shared("portraits-cc0") else { return };
    let selfie = |name: &str| folder.join("lisa").join(name);
    let score = |one: &Path, other: &Path, code: i32| {
        let run = run(args!["verify", one, other, "--json"]);
        assert_eq!(run.code, code, "{}", run.text());
        run.json()["score"].as_f64().unwrap()
    };
    let same = score(&selfie("lisa1.jpg"), &selfie("zoom_15cm.jpg"), 0);
    let different = score(&selfie("lisa1.jpg"), &files::golden("astronaut.jpg"), 1);
    assert!(same > 60.0, "{same}");
    report::note(&format!("two selfies score {same:.1}, a selfie and an astronaut {different:.1}"));
}
