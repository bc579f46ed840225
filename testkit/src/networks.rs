//! Small networks with known outputs, as ONNX files: from outside they look like a network of their family.
//!
//! Each detector finds one face at each cell of its grid that has the full colour of its first plane, and none on
//! black. The face's place is the same for all: [`FACE`], from the cell's top left corner.

use std::fmt::Write;
use std::path::Path;

use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, GraphProto, ModelProto, NodeProto,
    OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};
use sha2::{Digest, Sha256};

/// Left, top, width and height of the face of a cell, from the cell's top left corner, in pixels.
pub const FACE: [f32; 4] = [4.0, 4.0, 24.0, 28.0];

/// Its landmarks, in the same way: right eye, left eye, nose, right and left corner of the mouth.
pub const LANDMARKS: [[f32; 2]; 5] = [[9.0, 12.0], [23.0, 12.0], [16.0, 18.0], [11.0, 25.0], [21.0, 25.0]];

/// How a network takes a channel value `v`: `(v - mean) * scale`.
#[derive(Clone, Copy)]
pub struct Takes {
    /// Of each plane.
    pub mean: f32,
    /// Of all planes.
    pub scale: f32,
}

/// The hash in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a folder of models. `sha256("NAME")` in the manifest stands for the hash of that file.
#[track_caller]
pub fn write_set(folder: &Path, manifest: &str, files: &[(&str, &[u8])]) {
    let mut manifest = manifest.to_owned();
    for (name, bytes) in files {
        manifest = manifest.replace(&format!("sha256(\"{name}\")"), &format!("\"{}\"", sha256(bytes)));
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    std::fs::write(folder.join("manifest.toml"), manifest).unwrap();
}

/// A YuNet of 2023.
pub fn yunet(takes: Takes) -> Vec<u8> {
    let mut graph = Graph::new();
    for stride in [8, 16, 32] {
        let (sees, cell) = (f32::from(u8::from(stride == 32)), stride as f32);
        let score = graph.score(stride, 1, takes, sees);
        let [x, y, width, height] = FACE;
        let shape =
            [(x + width / 2.0) / cell, (y + height / 2.0) / cell, (width / cell).ln(), (height / cell).ln()];
        let points: Vec<f32> = LANDMARKS.iter().flatten().map(|value| value / cell).collect();
        for (name, width, numbers) in [("cls", 1, score.clone()), ("obj", 1, score)] {
            let rows = graph.rows(&numbers, width);
            graph.output(&format!("{name}_{stride}"), &rows);
        }
        for (name, numbers) in [("bbox", &shape[..]), ("kps", &points)] {
            let plane = graph.always(stride, numbers);
            let rows = graph.rows(&plane, numbers.len());
            graph.output(&format!("{name}_{stride}"), &rows);
        }
    }
    graph.finish()
}

/// An SCRFD with five points, whose outputs have meaningless names, as in published files.
pub fn scrfd(takes: Takes) -> Vec<u8> {
    let mut graph = Graph::new();
    let [x, y, width, height] = FACE;
    let mut number = 440;
    for what in 0..3 {
        for stride in [8, 16, 32] {
            let (sees, cell) = (f32::from(u8::from(stride == 32)), stride as f32);
            let sides = [-x, -y, x + width, y + height].map(|value| value / cell);
            let points: Vec<f32> = LANDMARKS.iter().flatten().map(|value| value / cell).collect();
            let (plane, numbers) = match what {
                0 => (graph.score(stride, 2, takes, sees), 1),
                1 => (graph.always(stride, &[sides, sides].concat()), 4),
                _ => (graph.always(stride, &[points.clone(), points].concat()), 10),
            };
            let rows = graph.rows(&plane, numbers);
            graph.output(&number.to_string(), &rows);
            number += 1;
        }
    }
    graph.finish()
}

/// A CenterFace; its cells have 4 pixels.
pub fn centerface(takes: Takes) -> Vec<u8> {
    let mut graph = Graph::new();
    let [x, y, width, height] = FACE;
    let heat = graph.score(4, 1, takes, 1.0);
    let sizes = graph.always(4, &[(height / 4.0).ln(), (width / 4.0).ln()]);
    let offset = |start: f32, length: f32| (start + length / 2.0) / 4.0 - 0.5;
    let offsets = graph.always(4, &[offset(y, height), offset(x, width)]);
    let points: Vec<f32> =
        LANDMARKS.iter().flat_map(|[px, py]| [(py - y) / height, (px - x) / width]).collect();
    let points = graph.always(4, &points);
    for (name, plane) in [("537", heat), ("538", sizes), ("539", offsets), ("540", points)] {
        graph.output(name, &plane);
    }
    graph.finish()
}

/// A RetinaFace in one part.
pub fn retinaface(takes: Takes) -> Vec<u8> {
    let mut graph = Graph::new();
    let [x, y, width, height] = FACE;
    let (mut boxes, mut classes, mut points) = (Vec::new(), Vec::new(), Vec::new());
    for (stride, anchors) in [(8, [16.0, 32.0]), (16, [64.0, 128.0]), (32, [256.0, 512.0_f32])] {
        let middle = stride as f32 / 2.0;
        let shape = anchors.map(|side| {
            let offset = |place: f32| (place - middle) / (0.1 * side);
            let size = |length: f32| (length / side).ln() / 0.2;
            [offset(x + width / 2.0), offset(y + height / 2.0), size(width), size(height)]
        });
        let places = anchors.map(|side| LANDMARKS.map(|point| point.map(|at| (at - middle) / (0.1 * side))));
        let plane = graph.always(stride, shape.as_flattened());
        boxes.push(graph.rows(&plane, 4));
        let plane = graph.always(stride, places.as_flattened().as_flattened());
        points.push(graph.rows(&plane, 10));
        let face = graph.score(stride, 1, takes, f32::from(u8::from(stride == 32)));
        let background = graph.score(stride, 1, takes, 0.0);
        let both = [&background, &face, &background, &face].map(String::as_str);
        let plane = graph.node("Concat", &both, vec![whole_number("axis", 1)]);
        classes.push(graph.rows(&plane, 2));
    }
    for (name, rows) in [("loc", boxes), ("conf", classes), ("landms", points)] {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let all = graph.node("Concat", &rows, vec![whole_number("axis", 1)]);
        graph.output(name, &all);
    }
    graph.finish()
}

/// A detector of YuNet's form that finds one face in each of its squares of 32 pixels, whatever they show: with inputs
/// of 32 pixels, one face in every photo.
pub fn certain() -> Vec<u8> {
    yunet(Takes { mean: -255.0, scale: 0.0 })
}

/// An extractor whose template is a thumbnail: the first `dimensions` of the means of each plane over squares of
/// `square` by `square` pixels, plane by plane, row by row. It has a second output, which is not requested.
pub fn thumbnail(square: i64, dimensions: i64) -> Vec<u8> {
    let mut graph = Graph::new();
    let small = graph.pool(square);
    let flat = graph.node("Flatten", &[&small], vec![whole_number("axis", 1)]);
    let [start, end, axis] = [0, dimensions, 1].map(|value| graph.whole_numbers(&[value]));
    let first = graph.node("Slice", &[&flat, &start, &end, &axis], Vec::new());
    graph.output("embedding", &first);
    let norm = graph.pool(16);
    graph.output("norm", &norm);
    graph.finish()
}

/// A graph with one input of three planes, whose size is free.
struct Graph {
    proto: GraphProto,
    names: usize,
}

impl Graph {
    fn new() -> Graph {
        let dimension = |name: &str| Dimension { dim_value: None, dim_param: Some(name.into()) };
        let size = |value| Dimension { dim_value: Some(value), dim_param: None };
        let shape = vec![size(1), size(3), dimension("height"), dimension("width")];
        let input = value("input", Some(shape));
        Graph { proto: GraphProto { input: vec![input], ..GraphProto::default() }, names: 0 }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    fn node(&mut self, operator: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let output = self.name();
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.clone()],
            op_type: Some(operator.into()),
            attribute,
            ..NodeProto::default()
        });
        output
    }

    fn constant(&mut self, dims: Vec<i64>, values: &[f32]) -> String {
        let name = self.name();
        self.proto.initializer.push(TensorProto {
            dims,
            data_type: Some(DataType::FLOAT),
            float_data: values.to_vec(),
            name: Some(name.clone()),
            ..TensorProto::default()
        });
        name
    }

    fn whole_numbers(&mut self, values: &[i64]) -> String {
        let name = self.name();
        self.proto.initializer.push(TensorProto {
            dims: vec![values.len() as i64],
            data_type: Some(DataType::INT64),
            int64_data: values.to_vec(),
            name: Some(name.clone()),
            ..TensorProto::default()
        });
        name
    }

    fn output(&mut self, name: &str, from: &str) {
        let made = self.node("Identity", &[from], Vec::new());
        self.proto.node.last_mut().expect("it was just added").output = vec![name.into()];
        debug_assert_ne!(made, name);
        self.proto.output.push(value(name, None));
    }

    /// The mean of each plane over squares of `square` by `square` pixels.
    fn pool(&mut self, square: i64) -> String {
        let attributes = vec![
            whole_numbers("kernel_shape", &[square, square]),
            whole_numbers("strides", &[square, square]),
        ];
        self.node("AveragePool", &["input"], attributes)
    }

    /// One plane for each of `numbers`: the sum of the input's three planes with these weights, plus the number.
    fn planes(&mut self, square: i64, weights: &[[f32; 3]], numbers: &[f32]) -> String {
        let count = numbers.len() as i64;
        let pooled = self.pool(square);
        let weights = self.constant(vec![count, 3, 1, 1], weights.as_flattened());
        let numbers = self.constant(vec![count], numbers);
        self.node("Conv", &[&pooled, &weights, &numbers], vec![whole_numbers("kernel_shape", &[1, 1])])
    }

    /// Planes that have the same number everywhere, one for each of `numbers`.
    fn always(&mut self, square: i64, numbers: &[f32]) -> String {
        self.planes(square, &vec![[0.0; 3]; numbers.len()], numbers)
    }

    /// Planes that are `sees` where the first plane of a square had 255, and 0 where it had 0.
    fn score(&mut self, square: i64, count: usize, takes: Takes, sees: f32) -> String {
        // If the network multiplies its input by 0, only the number is left.
        let slope = if takes.scale == 0.0 { 0.0 } else { sees / (255.0 * takes.scale) };
        let number = if takes.scale == 0.0 { sees } else { sees * takes.mean / 255.0 };
        self.planes(square, &vec![[slope, 0.0, 0.0]; count], &vec![number; count])
    }

    /// Planes as rows of `width` numbers, cell by cell.
    fn rows(&mut self, planes: &str, width: usize) -> String {
        let last = self.node("Transpose", &[planes], vec![whole_numbers("perm", &[0, 2, 3, 1])]);
        let shape = self.whole_numbers(&[1, -1, width as i64]);
        self.node("Reshape", &[&last, &shape], Vec::new())
    }

    fn finish(self) -> Vec<u8> {
        let model = ModelProto {
            ir_version: Some(8),
            graph: Some(self.proto),
            opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(13) }],
            producer_name: Some("visavis testkit".into()),
            ..ModelProto::default()
        };
        model.write_buf().unwrap_or_else(|error| panic!("{error}"))
    }
}

fn value(name: &str, shape: Option<Vec<Dimension>>) -> ValueInfoProto {
    let shape = shape.map(|dim| TensorShapeProto { dim });
    let tensor_type = Some(TypeProtoTensor { elem_type: Some(DataType::FLOAT), shape });
    ValueInfoProto { name: Some(name.into()), r#type: Some(TypeProto { tensor_type, sequence: None }) }
}

fn whole_number(name: &str, i: i64) -> AttributeProto {
    let r#type = Some(AttributeType::INT);
    AttributeProto { name: Some(name.into()), i: Some(i), r#type, ..AttributeProto::default() }
}

fn whole_numbers(name: &str, ints: &[i64]) -> AttributeProto {
    let r#type = Some(AttributeType::INTS);
    AttributeProto { name: Some(name.into()), ints: ints.to_vec(), r#type, ..AttributeProto::default() }
}
