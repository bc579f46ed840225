//! Names and numbers as people read them.

use std::path::Path;

/// A file name without characters that control the terminal.
pub(crate) fn shown(path: &Path) -> String {
    let safe = |letter: char| -> String {
        if letter.is_control() { letter.escape_default().collect() } else { letter.into() }
    };
    path.to_string_lossy().chars().map(safe).collect()
}

/// A whole number with thousands separators: 1,234,567.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_454_344, "12,454,344")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn names_cannot_control_the_terminal() {
        assert_eq!(shown(Path::new("grüße\u{1b}[2J\n.jpg")), "grüße\\u{1b}[2J\\n.jpg");
    }
}
