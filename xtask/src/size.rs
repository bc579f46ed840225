//! `cargo xtask size [REVISION...]`: lines of code per folder and tests per suite, in each revision (default: HEAD).

use crate::{Result, project};

/// What is counted in the files of a folder with this extension.
enum Count {
    /// Lines of code. In Rust, only those before a file's own tests.
    Lines,
    /// Lines that begin with one of these.
    Beginning(&'static [&'static str]),
}

use Count::{Beginning, Lines};

const RUST_TESTS: Count = Beginning(&["#[test]", "#[tokio::test"]);
const TESTS: Count = Beginning(&["def test_", "test("]);

const COUNTED: &[(&str, &str, Count)] = &[
    ("core/src", ".rs", Lines),
    ("ffi/src", ".rs", Lines),
    ("bindings/node/src", ".rs", Lines),
    ("bindings/node/index.js", ".js", Lines),
    ("bindings/node/lib", ".js", Lines),
    ("bindings/python/src", ".rs", Lines),
    ("bindings/python/python", ".py", Lines),
    ("bindings/web", ".rs", Lines),
    ("bindings/web/lib", ".js", Lines),
    ("cli/src", ".rs", Lines),
    ("server/src", ".rs", Lines),
    ("xtask/src", ".rs", Lines),
    ("core", ".rs", RUST_TESTS),
    ("ffi", ".rs", RUST_TESTS),
    ("tests/c", ".c", Beginning(&["int main("])),
    ("tests/c", ".cpp", Beginning(&["int main("])),
    ("bindings/node/test", ".mjs", TESTS),
    ("bindings/python/tests", ".py", TESTS),
    ("bindings/web/test", ".mjs", Beginning(&["async function "])),
    ("cli", ".rs", RUST_TESTS),
    ("server", ".rs", RUST_TESTS),
    ("fuzz", ".rs", RUST_TESTS),
    ("testkit", ".rs", RUST_TESTS),
    ("xtask", ".rs", RUST_TESTS),
    ("bench", ".py", TESTS),
    ("bench", ".mjs", TESTS),
];

pub(crate) fn command(arguments: &[String]) -> Result {
    let revisions = if arguments.is_empty() { &["HEAD".to_owned()][..] } else { arguments };
    println!("| | {} |\n|---|{}", revisions.join(" | "), "---|".repeat(revisions.len()));
    for (folder, ending, count) in COUNTED {
        let numbers = revisions.iter().map(|revision| number(revision, folder, ending, count));
        let numbers = numbers.collect::<Result<Vec<_>>>()?;
        let what = if matches!(count, Lines) { "lines" } else { "tests" };
        if numbers.iter().any(|number| *number > 0) {
            let numbers: Vec<_> = numbers.iter().map(usize::to_string).collect();
            println!("| {what}, {folder} ({ending}) | {} |", numbers.join(" | "));
        }
    }
    Ok(())
}

fn number(revision: &str, folder: &str, ending: &str, count: &Count) -> Result<usize> {
    let files = git(&["ls-tree", "-r", "--name-only", revision, folder])?;
    let of_file = |file: &str| {
        let text = git(&["show", &format!("{revision}:{file}")])?;
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        Ok(match count {
            Lines => code.lines().count(),
            Beginning(words) => {
                let begins = |line: &&str| words.iter().any(|word| line.trim_start().starts_with(word));
                text.lines().filter(begins).count()
            }
        })
    };
    // A file below `src` that only has tests.
    let of_tests = |file: &&str| matches!(count, Lines) && file.ends_with("/tests.rs");
    files.lines().filter(|file| file.ends_with(ending) && !of_tests(file)).map(of_file).sum()
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = project::program("git").args(arguments).output().map_err(|error| format!("git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
