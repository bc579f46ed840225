//! `cargo xtask COMMAND`: the one door for the project's chores.

mod onnxruntime;
mod project;

use std::process::ExitCode;

/// A chore fails with a sentence for people.
type Result<T = ()> = std::result::Result<T, String>;

struct Command {
    name: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Result,
}

const COMMANDS: &[Command] = &[Command {
    name: "onnxruntime",
    help: "bring ONNX Runtime's library to where the programs built here find it",
    run: onnxruntime::command,
}];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let result = match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(format!("there is no command {name:?}\n\n{}", usage())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let lines = COMMANDS.iter().map(|command| format!("  {:<12} {}\n", command.name, command.help));
    format!("usage: cargo xtask COMMAND [ARGUMENTS]\n\n{}", lines.collect::<String>())
}
