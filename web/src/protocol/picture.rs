//! A drawing.

use serde::{Deserialize, Serialize};

/// A box of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// What stands in it.
    pub label: String,
    /// What stands below.
    pub detail: String,
    /// What it is.
    pub kind: String,
    /// Who it stands for.
    pub members: Vec<usize>,
    /// A name that stays.
    pub key: String,
    /// Left, top, width, height.
    pub frame: (f32, f32, f32, f32),
}

/// A line of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the node that asks.
    pub from: usize,
    /// Index of the node that answers.
    pub to: usize,
    /// The verdict.
    pub verdict: String,
    /// Whether it holds both ways.
    pub both: bool,
    /// Ports.
    pub label: String,
    /// An SVG path.
    pub path: String,
    /// The way of a lost answer.
    pub back: Option<String>,
    /// Where it dies.
    pub cross: Option<(f32, f32)>,
    /// The middle.
    pub middle: (f32, f32),
    /// The angle there, in degrees.
    pub angle: f32,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels.
    pub width: f32,
    /// Pixels.
    pub height: f32,
    /// Names and frames of switches.
    pub areas: Vec<(String, (f32, f32, f32, f32))>,
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
}
