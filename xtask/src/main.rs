//! `cargo xtask COMMAND`: the one entry point for the project's chores.

mod abi;
mod bench;
mod builder;
mod fuzz;
mod golden;
mod header;
mod install;
mod load;
mod models;
mod models_high;
mod notices;
mod objcopy;
mod onnxruntime;
mod packages;
mod panicking;
mod project;
mod python;
mod release;
mod serve;
mod size;
mod soname;
mod suites;
mod test;
mod toolchain;
mod venv;
mod web;

use std::process::ExitCode;

use project::Result;

struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Result,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "serve",
        help: "build the server and run it with --dev; further arguments go to it",
        run: serve::command,
    },
    Command { name: "test", help: "run all tests [--list] [--only NAME]", run: test::command },
    Command {
        name: "abi",
        help: "make include/visavis.h the baseline of the ABI, or compare it with the baseline [--check]",
        run: abi::command,
    },
    Command {
        name: "bench",
        help: "measure speed, memory and peers into docs/BENCHMARKS.md [--quick] [--data FOLDER] [PIECE...]",
        run: bench::command,
    },
    Command {
        name: "fuzz",
        help: "search for input that breaks a property of fuzz/properties [SECONDS [TARGET]]",
        run: fuzz::command,
    },
    Command {
        name: "golden",
        help: "check the scores of tests/golden, or fill them in [--write]",
        run: golden::command,
    },
    Command {
        name: "header",
        help: "generate include/visavis.h from ffi/src, or compare it [--check]",
        run: header::command,
    },
    Command {
        name: "install",
        help: "install libraries, headers, pkg-config and CMake files for C and C++ [--help]",
        run: install::install_command,
    },
    Command {
        name: "load",
        help: "measure the server under load [closed|open|slow|term|bomb|login|flood|siege [SECONDS]]",
        run: load::load,
    },
    Command {
        name: "models",
        help: "make the ONNX files of models/ or models/high, or compare them [high] [--check|--packages FOLDER]",
        run: models::command,
    },
    Command {
        name: "notices",
        help: "write the third-party notices and the bill of materials of a package [PACKAGE TARGET FOLDER]",
        run: notices::command,
    },
    Command {
        name: "onnxruntime",
        help: "fetch ONNX Runtime's library into the folders where the programs built here find it",
        run: onnxruntime::command,
    },
    Command {
        name: "packages",
        help: "build what is published for this platform or others: wheel, npm, C archive, .deb FOLDER [all|TARGET...]",
        run: packages::command,
    },
    Command {
        name: "python",
        help: "build the wheel, install it in a fresh environment and test it",
        run: python::command,
    },
    Command {
        name: "ray",
        help: "run the batch job of bindings/python on a local Ray cluster",
        run: python::ray,
    },
    Command {
        name: "uninstall",
        help: "remove what install wrote below a prefix [--help]",
        run: install::uninstall_command,
    },
    Command {
        name: "size",
        help: "lines of code per folder and tests per suite [REVISION...]",
        run: size::command,
    },
    Command {
        name: "soak",
        help: "send 100,000 good and bad requests; memory must not grow and nothing fail [REQUESTS]",
        run: load::soak,
    },
    Command {
        name: "web",
        help: "build the npm package's half for browsers into target/web-debug, or target/web [--release]",
        run: web::command,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((name, _)) if matches!(name.as_str(), "help" | "--help" | "-h") => {
            print!("{}", usage());
            return ExitCode::SUCCESS;
        }
        Some((name, rest)) => match COMMANDS.iter().find(|command| command.name == name) {
            Some(command) => (command.run)(rest),
            None => Err(format!("there is no command {name:?}\n\n{}", usage())),
        },
        None => Err(format!("which command?\n\n{}", usage())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let lines = COMMANDS.iter().map(|command| format!("  {:<12} {}\n", command.name, command.help));
    format!("usage: cargo xtask COMMAND [ARGUMENTS]\n\n{}", lines.collect::<String>())
}
