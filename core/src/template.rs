//! Templates: the numbers that represent a face, their bytes, and how similar two are.

use crate::error::{Error, ErrorKind, Result};

/// A face as a unit vector, comparable only with templates of the same model.
///
/// Where every photo must yield a template, as in NIST's evaluations, [`Template::failed`] represents those without a
/// usable face.
///
/// A template is biometric data; its `Debug` output deliberately omits its values.
#[derive(Clone, PartialEq)]
pub struct Template {
    values: Box<[f32]>,
    model: [u8; 16],
}

/// Bytes of a template: magic, format, model, dimensions, values, checksum; all numbers little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 0..4 | `VAVT` |
/// | 4 | format: 1 |
/// | 5 | 0; 1 for a failure to extract, which has no dimensions and model 0 |
/// | 6..8 | number of dimensions, u16 |
/// | 8..24 | the model: what [`Template::model`] returns |
/// | 24.. | the dimensions, f32 each |
/// | last 4 | CRC-32 (ISO-HDLC) of all bytes before |
const MAGIC: &[u8; 4] = b"VAVT";
const FORMAT: u8 = 1;
const HEADER: usize = 24;
const CHECK: usize = 4;

impl Template {
    /// Vectors one after the other, each scaled to length one and multiplied by the root of its weight; weights add up to
    /// one. `None` if a vector has no direction.
    pub(crate) fn joined(vectors: &[(Vec<f32>, f32)], model: [u8; 16]) -> Option<Self> {
        let mut values = Vec::with_capacity(vectors.iter().map(|(vector, _)| vector.len()).sum());
        for (vector, weight) in vectors {
            let length = vector.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
            if !length.is_finite() || length <= 0.0 {
                return None;
            }
            let root = f64::from(*weight).sqrt();
            values.extend(vector.iter().map(|&value| (f64::from(value) / length * root) as f32));
        }
        (!values.is_empty()).then(|| Template { values: values.into(), model })
    }

    /// The mean of templates of one model, scaled to length one; `None` if it has no direction. The mean of a single
    /// template is identical to it, to the bit.
    pub(crate) fn mean(templates: &[&Template]) -> Option<Self> {
        let (&first, more) = templates.split_first()?;
        if more.is_empty() {
            return Some(first.clone());
        }
        let mut sum: Vec<f64> = first.values.iter().map(|&value| f64::from(value)).collect();
        for template in more {
            sum.iter_mut().zip(&template.values).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        let sum: Vec<f32> = sum.into_iter().map(|value| value as f32).collect();
        Template::joined(&[(sum, 1.0)], first.model)
    }

    /// The record of a failure to extract. It can be stored like any other template, but not compared.
    pub fn failed() -> Self {
        Template { values: Box::default(), model: [0; 16] }
    }

    /// Whether this is the record of a failure to extract.
    pub fn is_failed(&self) -> bool {
        self.values.is_empty()
    }

    /// The cosine of the angle between the two vectors, -1..=1.
    pub(crate) fn similarity(&self, other: &Template) -> Result<f32> {
        if self.model != other.model || self.dimensions() != other.dimensions() {
            let message =
                "the templates come from different models and cannot be compared; extract one of them again";
            return Err(Error::new(ErrorKind::TemplateMismatch, message));
        }
        // In f64, so that equal templates give exactly 1.
        let dot: f64 =
            self.values.iter().zip(&other.values).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        Ok(dot.clamp(-1.0, 1.0) as f32)
    }

    /// Equal for comparable templates, and only for those: the first half of the SHA-256 of the extractor's file, or,
    /// if a set has several extractors or one that is not used like most, of a description of all of them.
    pub fn model(&self) -> &[u8; 16] {
        &self.model
    }

    /// How many dimensions the vector has; 0 for a failure to extract.
    pub fn dimensions(&self) -> usize {
        self.values.len()
    }

    /// The unit vector; empty for a failure to extract.
    pub fn vector(&self) -> &[f32] {
        &self.values
    }

    /// A self-contained form for storage: versioned, with the model's identity and a checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + 4 * self.values.len() + CHECK);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[FORMAT, u8::from(self.is_failed())]);
        bytes.extend_from_slice(&(self.values.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&self.model);
        bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the first of several templates that are stored one after the other, and advances `stored` past it.
    pub(crate) fn read(stored: &mut &[u8]) -> Result<Self> {
        let dimensions = stored.get(6..8).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let length = HEADER + 4 * usize::from(dimensions) + CHECK;
        let (first, rest) = stored.split_at_checked(length).unwrap_or((stored, &[]));
        *stored = rest;
        Self::from_bytes(first)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; anything else is `TEMPLATE_MALFORMED`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let malformed =
            |why: &str| Error::new(ErrorKind::TemplateMalformed, format!("not a template: {why}"));
        let Some((body, check)) = bytes.split_last_chunk::<CHECK>().filter(|(body, _)| body.len() >= HEADER)
        else {
            return Err(malformed("too short"));
        };
        if !body.starts_with(MAGIC) {
            return Err(malformed("the first bytes are wrong"));
        }
        if body[4] != FORMAT || body[5] > 1 {
            return Err(malformed("it was written by another version"));
        }
        let dimensions = usize::from(u16::from_le_bytes([body[6], body[7]]));
        if body.len() != HEADER + 4 * dimensions {
            return Err(malformed("its length is wrong"));
        }
        if crc32fast::hash(body) != u32::from_le_bytes(*check) {
            return Err(malformed("its checksum is wrong"));
        }
        let numbers = body[HEADER..].chunks_exact(4);
        let values: Box<[f32]> = numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let model = *body[8..].first_chunk().expect("the header is longer");
        let template = Template { values, model };
        if body[5] == 1 {
            let known = template == Template::failed();
            return if known { Ok(template) } else { Err(malformed("a failure to extract has no values")) };
        }
        let length = template.values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        if !(0.999..=1.001).contains(&length) {
            return Err(malformed("it is not of length one"));
        }
        Ok(template)
    }
}

/// Prints only the size: templates stay out of logs.
impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({} dimensions)", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template::joined(&[(vec![3.0, 0.0, -4.0], 1.0)], [7; 16]).unwrap()
    }

    #[test]
    fn bytes_read_back_to_the_bit() {
        let bytes = template().to_bytes();
        assert_eq!(bytes.len(), 24 + 12 + 4);
        assert!(Template::from_bytes(&bytes).unwrap() == template());
    }

    #[test]
    fn the_mean_has_the_direction_between() {
        let of = |values: &[f32]| Template::joined(&[(values.to_vec(), 1.0)], [7; 16]).unwrap();
        let (right, up) = (of(&[1.0, 0.0]), of(&[0.0, 2.0]));
        let between = Template::mean(&[&right, &up, &up, &right]).unwrap();
        assert!(between.vector().iter().all(|value| (value - 0.5_f32.sqrt()).abs() < 1e-7));
        assert_eq!(between.model(), right.model());
        // Not divided by its length a second time, which could change the last bit.
        let one = of(&[0.3, 0.7]);
        assert!(Template::mean(&[&one]).unwrap() == one);
        assert!(Template::mean(&[&right, &of(&[-1.0, 0.0])]).is_none() && Template::mean(&[]).is_none());
    }

    #[test]
    fn every_damaged_byte_and_every_truncation_is_rejected() {
        let bytes = template().to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            assert_eq!(
                Template::from_bytes(&damaged).unwrap_err().kind(),
                ErrorKind::TemplateMalformed,
                "byte {at}"
            );
            assert!(Template::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(Template::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn a_valid_checksum_does_not_make_nonsense_a_template() {
        for value in [f32::NAN, f32::INFINITY, 0.0, 2.0] {
            let nonsense = Template { values: [value, 0.0].into(), model: [0; 16] };
            assert!(Template::from_bytes(&nonsense.to_bytes()).is_err(), "{value}");
        }
        for vector in [vec![0.0, 0.0], vec![f32::NAN], vec![f32::INFINITY, 1.0], vec![]] {
            assert!(Template::joined(&[(vec![1.0], 0.5), (vector, 0.5)], [0; 16]).is_none());
        }
    }

    #[test]
    fn two_extractors_compare_as_the_weighted_mean_of_their_cosines() {
        let joined = |one: [f32; 2], other: [f32; 3]| {
            Template::joined(&[(one.to_vec(), 0.75), (other.to_vec(), 0.25)], [7; 16]).unwrap()
        };
        // Cosines of 0.6 and -1, whatever the lengths.
        let (a, b) = (joined([5.0, 0.0], [0.0, 0.1, 0.0]), joined([0.3, 0.4], [0.0, -9.0, 0.0]));
        assert!((a.similarity(&b).unwrap() - (0.75 * 0.6 - 0.25)).abs() < 1e-6);
        assert!((a.similarity(&a).unwrap() - 1.0).abs() < 1e-6);
        assert!(Template::from_bytes(&a.to_bytes()).unwrap() == a);
    }

    #[test]
    fn a_failure_to_extract_reads_back_and_holds_nothing() {
        let bytes = Template::failed().to_bytes();
        assert_eq!(bytes.len(), HEADER + CHECK);
        assert!(Template::from_bytes(&bytes).unwrap().is_failed());
        let with_checksum = |mut bytes: Vec<u8>| {
            bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
            bytes
        };
        let (mut of_a_model, mut not_flagged) = (bytes[..HEADER].to_vec(), bytes[..HEADER].to_vec());
        of_a_model[8] = 1;
        not_flagged[5] = 0;
        let mut flagged = template().to_bytes();
        flagged.truncate(flagged.len() - CHECK);
        flagged[5] = 1;
        for nonsense in [of_a_model, not_flagged, flagged] {
            let error = Template::from_bytes(&with_checksum(nonsense)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TemplateMalformed);
        }
    }

    #[test]
    fn debug_output_holds_no_values() {
        assert_eq!(format!("{:?}", template()), "Template(3 dimensions)");
    }
}
