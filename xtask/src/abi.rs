//! `cargo xtask abi [--check]`: what programs are compiled against, compared with the first header of this SONAME.
//!
//! abidiff compares types as a C compiler lays them out. It is given two libraries whose functions do nothing, because the
//! debug information of the real one describes Rust's types. That the real one has the functions of the header is checked
//! by its symbols, and that both agree on structs by the tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::text;
use crate::soname::soname;
use crate::{Result, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    match arguments {
        [] => {
            let header = read(&project::root().join("include/visavis.h"))?;
            fs::write(baseline(), without_comments(&header)).map_err(text)
        }
        [flag] if flag == "--check" => check(),
        _ => Err("abi takes no argument other than --check".into()),
    }
}

/// Checks that a program compiled against the baseline runs with today's library. Needs abidiff.
pub(crate) fn check() -> Result {
    let folder = project::target()?.join("abi");
    let today = project::root().join("include/visavis.h");
    let before = library(&folder, "before", &read(&baseline())?)?;
    let today = library(&folder, "today", &without_comments(&read(&today)?))?;
    let mut abidiff = project::program("abidiff");
    // An added function breaks no program.
    abidiff.args(["--no-added-syms", "--suppressions", "ffi/abi/allowed.abignore"]).args([before, today]);
    project::run(&mut abidiff).map_err(|why| {
        format!("{why}: programs break within {}. Before its first release: cargo xtask abi", soname())
    })
}

/// The first header of this SONAME, without comments.
fn baseline() -> PathBuf {
    project::root().join("ffi/abi").join(format!("{}.h", soname()))
}

fn without_comments(header: &str) -> String {
    let start = header.find("#ifndef").unwrap_or_default();
    let lines =
        header[start..].lines().filter(|line| !line.trim_start().starts_with("//") && !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A library with the functions of a header.
fn library(folder: &Path, name: &str, header: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).map_err(text)?;
    fs::write(folder.join("visavis.h"), header).map_err(text)?;
    let functions = functions(header);
    if functions.is_empty() {
        return Err("the header declares no functions".into());
    }
    let bodies: Vec<String> =
        functions.iter().map(|function| format!("{function} {{ for (;;); }}\n")).collect();
    let source = folder.join("visavis.c");
    fs::write(&source, format!("#include \"visavis.h\"\n{}", bodies.concat())).map_err(text)?;
    let library = folder.join("libvisavis.so");
    let mut cc = project::program("cc");
    cc.args(["-g", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
    project::run_quietly(cc.arg(format!("-Wl,-soname,{}", soname())))?;
    Ok(library)
}

/// The declarations of functions: everything between the braces of `extern "C"`.
fn functions(header: &str) -> Vec<String> {
    let block = header.split("extern \"C\" {").nth(1).and_then(|rest| rest.split("#ifdef").next());
    let lines = block.unwrap_or_default().lines().filter(|line| !line.starts_with('#'));
    let text = lines.collect::<Vec<_>>().join(" ").replace("VAV_MUST_USE", "");
    text.split(';')
        .map(|function| function.trim().to_owned())
        .filter(|function| !function.is_empty())
        .collect()
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_what_is_between_the_braces() {
        let header = "/* c */\n#ifndef H\n/// Not this.\ntypedef struct { int x; } s;\n#ifdef __cplusplus\nextern \"C\" {\n\
                      #endif // c\n\nVAV_MUST_USE\nint vav_a(const s *one,\n          int two);\n\nvoid vav_b(void);\n\n\
                      #ifdef __cplusplus\n}\n#endif\n";
        let functions = functions(&without_comments(header));
        assert_eq!(functions, ["int vav_a(const s *one,           int two)", "void vav_b(void)"]);
    }
}
