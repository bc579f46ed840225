//! `cargo xtask test [--list] [--only NAME]`: runs the steps of every suite and stops at the first failure.

use std::time::{Duration, Instant};

use crate::suites::{Step, steps};
use crate::{Result, onnxruntime};

pub(crate) fn command(arguments: &[String]) -> Result {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => run(&steps().collect::<Vec<_>>()),
        ["--only", name] => match steps().find(|step| step.name == name) {
            Some(step) => run(&[step]),
            None => Err(format!("there is no step {name:?}; the steps are: {}", names().join(", "))),
        },
        ["--list"] => {
            println!("{}", names().join("\n"));
            Ok(())
        }
        _ => Err("test takes no arguments other than --list or --only NAME".into()),
    }
}

fn names() -> Vec<&'static str> {
    steps().map(|step| step.name).collect()
}

fn run(steps: &[&Step]) -> Result {
    onnxruntime::provide_or_warn();
    let mut done: Vec<(&str, Duration)> = Vec::new();
    for step in steps {
        eprintln!("\n== {} ==", step.name);
        let start = Instant::now();
        let result = (step.run)();
        done.push((step.name, start.elapsed()));
        if let Err(why) = result {
            summary(&done, steps.len());
            return Err(format!("{} failed: {why}", step.name));
        }
    }
    summary(&done, steps.len());
    Ok(())
}

fn summary(done: &[(&str, Duration)], planned: usize) {
    eprintln!("\n== {} of {planned} steps run ==", done.len());
    for (name, duration) in done {
        eprintln!("  {name:<12} {:>7.1} s", duration.as_secs_f64());
    }
}
