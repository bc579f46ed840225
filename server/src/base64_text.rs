//! Decodes the start of a photo in Base64, from which the cost of the photo is estimated.

/// The first `most` bytes that `text` encodes, or all if there are fewer; none if it is not Base64.
pub(crate) fn start(text: &str, most: usize) -> Vec<u8> {
    let digits = text.split_once(";base64,").map_or(text, |(_, data)| data).chars();
    let digits = digits.filter(|digit| !digit.is_ascii_whitespace() && *digit != '=');
    let digits: String = digits.take(most.div_ceil(3) * 4).collect();
    let mut bytes = visavis::from_base64(&digits, most + 2).unwrap_or_default();
    bytes.truncate(most);
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::start;

    #[test]
    fn the_start_is_a_prefix_of_the_whole() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = STANDARD.encode(&bytes);
        for text in [text.clone(), format!("data:image/png;base64,{text}"), text.replace("AAE", "A A\nE")] {
            for most in [0, 1, 3, 100, 254] {
                assert_eq!(start(&text, most), bytes[..most], "{most} of {text}");
            }
            assert_eq!(start(&text, 1000), bytes);
        }
        assert!(start("****", 3).is_empty());
    }
}
