//! A process that verifies pair after pair, watched from outside.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use visavis::Engine;

use crate::example;

/// What one call of an answer cost the process.
pub(crate) struct Cost {
    /// Peak of the process's memory so far, in MiB.
    pub(crate) peak: f64,
    /// Processor time of the call in seconds: unlike the clock's it does not grow with what else runs here.
    pub(crate) seconds: f64,
}

/// The example program, waiting for pairs.
pub(crate) struct Resident {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Resident {
    /// Starts it and waits until its verifier is made.
    pub(crate) fn start(engine: Engine) -> Self {
        let mut command = example::verify();
        command.args(["-", &format!("engine={}", engine.name())]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = output.next().expect("the process says which engine it has").unwrap();
        assert!(ready.starts_with(&format!("engine: {}", engine.name())), "{ready}");
        Resident { child, input, output }
    }

    /// The answer for one pair and its cost.
    pub(crate) fn verify(&mut self, probe: &Path, reference: &Path) -> (String, Cost) {
        let before = self.processor_seconds();
        writeln!(self.input, "{}\t{}", probe.display(), reference.display()).unwrap();
        let answer = self.output.next().expect("the process still runs").unwrap();
        let cost = Cost { peak: self.memory("VmHWM"), seconds: self.processor_seconds() - before };
        (answer, cost)
    }

    /// Memory in MiB: `VmRSS` is the present, `VmHWM` the peak so far.
    pub(crate) fn memory(&self, field: &str) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find(|line| line.starts_with(field)).expect("the kernel tells");
        let kib: f64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("in kB");
        kib / 1024.0
    }

    /// Fields 14 and 15 of `proc_pid_stat(5)`, in ticks of which Linux has 100 a second.
    fn processor_seconds(&self) -> f64 {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(") ").expect("the name is in parentheses");
        let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().unwrap());
        ticks.sum::<f64>() / 100.0
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
