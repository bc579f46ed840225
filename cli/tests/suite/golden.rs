//! Every golden case through the program: exit status, score and error.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use testkit::cases::{self, Case, Expected};
use testkit::files::golden;
use testkit::report;

use crate::program::{Run, command};

#[test]
fn every_golden_case_holds() {
    let table = cases::table();
    let cases = cases::read(&table);
    let rows =
        std::fs::read_to_string(&table).unwrap().lines().filter(|line| !line.starts_with('#')).count() - 1;
    let next = AtomicUsize::new(0);
    let walk = || {
        let mut outcomes = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            outcomes.push(check(case).map_err(|complaint| format!("{}: {complaint}", case.name)));
        }
        outcomes
    };
    // In parallel: most of a run's time is spent starting the program.
    let outcomes: Vec<Result<(), String>> = thread::scope(|scope| {
        let walkers: Vec<_> =
            (0..thread::available_parallelism().map_or(1, usize::from)).map(|_| scope.spawn(walk)).collect();
        walkers.into_iter().flat_map(|walker| walker.join().unwrap()).collect()
    });
    assert!(rows > 100 && outcomes.len() == rows, "{} of {rows} cases ran", outcomes.len());
    let complaints: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    report::note(&format!("{rows} golden cases on the command line"));
}

fn check(case: &Case) -> Result<(), String> {
    let mut command = command(["verify", "--json"]);
    for (name, value) in &case.options {
        command.arg("--set").arg(format!("{name}={value}"));
    }
    let run: Run = command.arg(golden(&case.probe)).arg(golden(&case.reference)).output().unwrap().into();
    let reply = run.json();
    let holds = match (&case.expected, reply["score"].as_f64()) {
        (Expected::Error(kind, side), None) => {
            let error = &reply["error"];
            run.code == 2 && error["name"] == kind.as_str() && error["side"] == side.as_str()
        }
        // Either engine may have run, and their scores may be one point apart.
        (Expected::Score(expected), Some(score)) => {
            run.code == i32::from(score < 27.0) && (score.floor() - f64::from(*expected)).abs() <= 1.0
        }
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(format!("expected {:?}, got status {}, {reply}", case.expected, run.code))
    }
}
