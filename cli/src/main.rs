//! The `visavis` program: the library, on this process's own streams.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    visavis_cli::run(std::env::args_os(), &mut io::stdout(), &mut io::stderr()).into()
}
