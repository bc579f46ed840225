//! Base64 as clients write it: either alphabet, with or without padding, in lines, or as a `data:` URL.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::{Error, ErrorKind, Result};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes a photo that arrived as text: Base64 in either alphabet, with or without padding, in lines, or a `data:` URL.
/// Anything else is `INVALID_ARGUMENT`; more than `max_bytes` is `IMAGE_TOO_LARGE` before it is decoded. Errors do not
/// quote the text.
pub fn from_base64(text: &str, max_bytes: usize) -> Result<Vec<u8>> {
    let invalid = |why| Error::new(ErrorKind::InvalidArgument, why);
    let text = without_label(text.trim_ascii_start())
        .ok_or_else(|| invalid("the data: URL is not in Base64: it has no ;base64,"))?;
    let text = normalised(text);
    let digits = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let length = digits / 4 * 3 + (digits % 4).saturating_sub(1);
    if length > max_bytes {
        let message = format!("the text encodes {length} bytes; at most {max_bytes} are allowed");
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    ENGINE.decode(text.as_ref()).map_err(|_| invalid("the text is not Base64"))
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
    use super::*;

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
            assert_eq!(from_base64(text, 4).unwrap(), bytes, "{text:?}");
            assert_eq!(from_base64(text, 3).unwrap_err().kind(), ErrorKind::ImageTooLarge, "{text:?}");
        }
        assert!(from_base64("data:image/png;base64,", 0).unwrap().is_empty());
    }

    #[test]
    fn anything_else_is_refused_without_a_quotation() {
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
            let error = from_base64(text, 100).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{text:?}");
            assert!(!error.message().contains("AQ"), "{error}");
        }
    }
}
