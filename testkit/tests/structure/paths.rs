//! The paths in a Rust source, read from its text: enough for code that is formatted and compiles.

use std::collections::BTreeMap;

/// What a file names.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) lines: usize,
    /// Every path of two words or more, and all that `use` imports.
    pub(crate) paths: Vec<Vec<String>>,
    /// The names that `use` imports, and where they come from.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
}

impl Source {
    pub(crate) fn read(text: &str) -> Self {
        // Tests are at the end of a file, and may use whatever they test.
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let mut source = Source { lines: text.lines().count(), ..Source::default() };
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        // The text from `use` to its semicolon is a tree; the rest has plain paths.
        let mut rest = code.join("\n");
        while let Some((before, tree, after)) = use_tree(&rest) {
            source.tree(tree, &[]);
            rest = format!("{before}{after}");
        }
        let words = rest.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ':'));
        let paths = words.filter(|word| word.contains("::"));
        source.paths.extend(paths.map(|word| word.split("::").map(str::to_owned).collect()));
        source
    }

    /// Reads `a::b`, `a as b`, `a::{b, c::{self, d}}`.
    fn tree(&mut self, text: &str, prefix: &[String]) {
        let text = text.trim();
        if let Some((start, inner)) = text.split_once('{') {
            let prefix = [prefix, &words(start)].concat();
            let inner = inner.trim_end().strip_suffix('}').expect("braces are closed");
            for part in parts(inner) {
                self.tree(part, &prefix);
            }
        } else if !text.is_empty() {
            let (path, name) = text.split_once(" as ").unwrap_or((text, ""));
            let mut path = [prefix, &words(path)].concat();
            // `a::{self}` is a.
            path.pop_if(|last| !prefix.is_empty() && last == "self");
            let name = if name.is_empty() { path.last().cloned().unwrap_or_default() } else { name.into() };
            self.imports.insert(name, path.clone());
            self.paths.push(path);
        }
    }
}

/// The first `use` of a text: what is before it, its tree, and what is after it.
fn use_tree(text: &str) -> Option<(&str, &str, &str)> {
    let mut starts = text.match_indices("use ").map(|(start, _)| start);
    let start = starts.find(|&start| start == 0 || text[..start].ends_with(char::is_whitespace))?;
    let (tree, after) = text[start + 4..].split_once(';')?;
    Some((&text[..start], tree, after))
}

fn words(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Splits at the commas outside of braces.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}
