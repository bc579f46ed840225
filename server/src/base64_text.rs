//! Base64 as clients write it: either alphabet, with or without padding, in lines, or as a `data:` URL.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes that `text` encodes, or `None` if it is not Base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = without_label(text.trim_ascii_start())?;
    ENGINE.decode(normalised(text).as_ref()).ok()
}

/// The first `most` bytes that `text` encodes, or about as many as it has if it is shorter; none if it is not Base64.
pub(crate) fn start(text: &str, most: usize) -> Vec<u8> {
    let digits = without_label(text.trim_ascii_start()).unwrap_or_default().bytes();
    let digits = digits.filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').map(standard);
    let mut digits: Vec<u8> = digits.take(most.div_ceil(3) * 4).collect();
    digits.truncate(digits.len() / 4 * 4);
    let mut bytes = ENGINE.decode(digits).unwrap_or_default();
    bytes.truncate(most);
    bytes
}

/// Strips the `data:<anything>;base64,` that browsers prepend.
fn without_label(text: &str) -> Option<&str> {
    let is_url = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    if is_url { text.split_once(";base64,").map(|(_, data)| data) } else { Some(text) }
}

/// Without white space and in the standard alphabet; copied only if that changes something.
fn normalised(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    let usual = |byte: &u8| !(byte.is_ascii_whitespace() || matches!(byte, b'-' | b'_'));
    if bytes.iter().all(usual) {
        return Cow::Borrowed(bytes);
    }
    bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).map(standard).collect()
}

fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, start};

    #[test]
    fn the_start_is_what_the_whole_starts_with() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = base64::Engine::encode(&super::ENGINE, &bytes);
        for text in [text.clone(), format!("data:image/png;base64,{text}"), text.replace("AAE", "A A\nE")] {
            for most in [0, 1, 3, 100, 254] {
                assert_eq!(start(&text, most), bytes[..most], "{most} of {text}");
            }
            assert_eq!(start(&text, 1000), bytes[..255], "whole groups");
        }
        assert!(start("****", 3).is_empty());
    }

    #[test]
    fn every_documented_form_is_read() {
        let bytes = [0xfb, 0xef, 0xff, 0x01];
        for text in [
            "++//AQ==",
            "--__AQ==",
            "++//AQ",
            "++//AQ=",
            "-+_/AQ",
            " ++ //\r\nA\tQ = =\n",
            "data:image/png;base64,++//AQ==",
            "DATA:;base64,--__AQ",
            "\n data:text/html;charset=x,y;base64,++//AQ==",
        ] {
            assert_eq!(decode(text).as_deref(), Some(&bytes[..]), "{text:?}");
        }
        assert_eq!(decode("data:image/png;base64,").as_deref(), Some(&[][..]));
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "A",
            "AQ===",
            "A=Q=",
            "AQ==AQ==",
            "AR==",
            "*",
            "AQ==\u{a0}",
            "é",
            "data:image/png,AQ==",
            "data:AQ==",
            "AQ%3D%3D",
            "image/png;base64,AQ==",
            "AQ\0",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
