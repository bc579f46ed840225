//! A process that verifies pair after pair, watched from outside.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use testkit::{example, process};
use visavis::Engine;

/// What one call of an answer cost the process.
pub(crate) struct Cost {
    /// Peak of the process's memory so far, in MiB.
    pub(crate) peak: f64,
    /// Processor time of the call in seconds: unlike wall-clock time, it does not depend on what else runs here.
    pub(crate) seconds: f64,
}

/// The example program, waiting for pairs.
pub(crate) struct Resident {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Resident {
    /// Starts it and waits until its verifier has been created.
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

    /// Memory in MiB: `VmRSS` is the current size, `VmHWM` the peak so far.
    pub(crate) fn memory(&self, field: &str) -> f64 {
        process::memory_kib(self.child.id(), field).expect("the process runs") as f64 / 1024.0
    }

    fn processor_seconds(&self) -> f64 {
        process::processor_seconds(self.child.id()).expect("the process runs")
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
