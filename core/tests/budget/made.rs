//! Large photos in few bytes.

use std::io::Write;

use testkit::files::TURNED;

/// A black PNG of 16 bits in four channels, `width` pixels high and one less wide, with an EXIF orientation.
pub(crate) fn png_16_bit_turned(width: usize) -> Vec<u8> {
    let (width, height) = (width - 1, width);
    let mut info = png::Info::with_size(width as u32, height as u32);
    info.exif_metadata = Some(TURNED.into());
    info.color_type = png::ColorType::Rgba;
    info.bit_depth = png::BitDepth::Sixteen;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info).unwrap();
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = [0, 0, 0, 255].repeat(2 * width);
    for _ in 0..height {
        stream.write_all(&row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}

/// A gray progressive JPEG with chroma halved in both directions: one scan for the DC coefficients, one for each
/// component's others, and as many more as make `scans` in all, which refine zeros that stay zero.
pub(crate) fn progressive_jpeg(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    let mut segment = |marker: u8, content: &[u8]| {
        bytes.extend([0xff, marker]);
        bytes.extend((content.len() as u16 + 2).to_be_bytes());
        bytes.extend(content);
    };
    segment(0xdb, &[[0].as_slice(), &[16; 64]].concat());
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    segment(0xc2, &[8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // One code of one bit: for DC "no difference", for AC "the next 2^14 blocks and as many as 14 bits say are done".
    let table = |class: u8, symbol: u8| [[class, 1].as_slice(), &[0; 15], &[symbol]].concat();
    segment(0xc4, &table(0x00, 0));
    segment(0xc4, &table(0x10, 0xe0));
    let (columns, rows) = (usize::from(width).div_ceil(8), usize::from(height).div_ceil(8));
    let (half_columns, half_rows) = (usize::from(width).div_ceil(16), usize::from(height).div_ceil(16));
    segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    bytes.extend(vec![0; (6 * half_columns * half_rows).div_ceil(8)]);
    let runs = |blocks: usize| {
        // Codes of a zero bit and 14 bits, the longest possible run; the last run exceeds the end.
        let mut packed = Vec::new();
        let (mut buffer, mut held) = (0_u32, 0);
        for _ in 0..blocks.div_ceil(0x7fff) {
            (buffer, held) = (buffer << 15 | 0x3fff, held + 15);
            while held >= 8 {
                held -= 8;
                let byte = (buffer >> held) as u8;
                packed.push(byte);
                if byte == 0xff {
                    packed.push(0);
                }
            }
        }
        packed.push((buffer << (8 - held)) as u8);
        packed
    };
    let mut scan = |component: u8, blocks: usize, approximation: u8| {
        bytes.extend([0xff, 0xda, 0, 8, 1, component, 0, 1, 63, approximation]);
        bytes.extend(runs(blocks));
    };
    // A component's coefficients can be refined 13 times; further scans send them again.
    let extra = scans.saturating_sub(4);
    for (index, blocks) in
        [columns * rows, half_columns * half_rows, half_columns * half_rows].into_iter().enumerate()
    {
        let (component, more) = (index as u8 + 1, (extra + 2 - index) / 3);
        let refinements = more.min(13) as u8;
        (refinements.into()..more).for_each(|_| scan(component, blocks, 0));
        scan(component, blocks, refinements);
        (0..refinements).rev().for_each(|low| scan(component, blocks, (low + 1) << 4 | low));
    }
    bytes.extend([0xff, 0xd9]);
    bytes
}
