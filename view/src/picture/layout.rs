//! Where boxes are: the machines of a switch on an oval, its gateway below a gap of it, what is outside at the right.

use super::stack::Stack;
use super::{Area, Frame, Node};
use ringfence_engine::reach::{Endpoint, EndpointKind};
use std::f32::consts::TAU;

/// Everything but the lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Laid {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) areas: Vec<Area>,
    pub(super) nodes: Vec<Node>,
}

/// The grid that everything stands on.
const GRID: f32 = 8.0;
const NODE_HEIGHT: f32 = 48.0;
const PADDING: f32 = 3.0 * GRID;
const TITLE: f32 = 4.0 * GRID;
/// Between areas.
const GAP: f32 = 10.0 * GRID;
/// The width of a letter of the label, and of the detail below it.
const LETTER: (f32, f32) = (7.8, 6.3);
/// Longer words are cut by whoever draws them.
pub const MOST_LETTERS: usize = 34;

/// An area whose boxes have places relative to its corner.
struct Block {
    name: String,
    width: f32,
    height: f32,
    nodes: Vec<Node>,
}

/// Puts boxes into areas, areas into rows, and what is outside beside them.
pub(super) fn layout(endpoints: &[Endpoint], stacks: Vec<Stack>) -> Laid {
    let mut areas: Vec<(String, Vec<Node>)> = Vec::new();
    let mut outside: Vec<Node> = Vec::new();
    for stack in stacks {
        let Some(endpoint) = stack.members.first().and_then(|index| endpoints.get(*index)) else { continue };
        let node = boxed(stack, endpoint.kind);
        if endpoint.switch.is_empty() {
            outside.push(node);
            continue;
        }
        match areas.iter_mut().find(|(name, _)| *name == endpoint.switch) {
            Some((_, nodes)) => nodes.push(node),
            None => areas.push((endpoint.switch.clone(), vec![node])),
        }
    }
    let blocks = areas.into_iter().map(|(name, nodes)| block(name, nodes)).collect();
    arrange(blocks, outside)
}

fn boxed(stack: Stack, kind: EndpointKind) -> Node {
    let Stack { members, label, detail, key } = stack;
    let letters = |text: &str, width: f32| text.chars().count().min(MOST_LETTERS) as f32 * width;
    let text = letters(&label, LETTER.0).max(letters(&detail, LETTER.1));
    let width = (((text + 4.0 * GRID) / GRID).ceil() * GRID).max(12.0 * GRID);
    let height = if detail.is_empty() { NODE_HEIGHT - GRID } else { NODE_HEIGHT };
    Node { label, detail, kind, members, key, frame: Frame { x: 0.0, y: 0.0, width, height } }
}

fn block(name: String, nodes: Vec<Node>) -> Block {
    let (rim, mut ring): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|node| node.kind == EndpointKind::Gateway);
    let wide = ring.iter().map(|node| node.frame.width).fold(0.0, f32::max);
    let (across, down) = radii(ring.len(), wide);
    let count = ring.len();
    for (place, node) in ring.iter_mut().enumerate() {
        let (x, y) = direction(place, count);
        node.frame.x = across + x * across + (wide - node.frame.width) / 2.0;
        node.frame.y = down + y * down;
    }
    let (mut width, mut height) = (2.0 * across + wide, 2.0 * down + NODE_HEIGHT);
    let mut rim_nodes = rim;
    if !rim_nodes.is_empty() {
        if count == 0 {
            height = 0.0;
        } else {
            height += 6.0 * GRID;
        }
        let row: f32 = rim_nodes.iter().map(|node| node.frame.width + 2.0 * GRID).sum::<f32>() - 2.0 * GRID;
        width = width.max(row);
        let shift = (width - (2.0 * across + wide)) / 2.0;
        ring.iter_mut().for_each(|node| node.frame.x += shift);
        let mut x = (width - row) / 2.0;
        for node in &mut rim_nodes {
            node.frame.x = x;
            node.frame.y = height;
            x += node.frame.width + 2.0 * GRID;
        }
        height += NODE_HEIGHT;
    }
    let title = letters_of(&name);
    let widened = width.max(title);
    let shift = (widened - width) / 2.0 + PADDING;
    let mut nodes = ring;
    nodes.append(&mut rim_nodes);
    for node in &mut nodes {
        node.frame.x += shift;
        node.frame.y += PADDING + TITLE;
    }
    Block { name, width: widened + 2.0 * PADDING, height: height + TITLE + 2.0 * PADDING, nodes }
}

fn letters_of(name: &str) -> f32 {
    name.chars().count().min(MOST_LETTERS) as f32 * LETTER.0
}

/// Half the width and half the height of the oval on which the middles of that many boxes stand.
fn radii(count: usize, wide: f32) -> (f32, f32) {
    match count {
        0 | 1 => (0.0, 0.0),
        2 => ((wide / 2.0 + 9.0 * GRID).max(14.0 * GRID), 0.0),
        _ => {
            let count = count as f32;
            let across = ((wide + 3.0 * GRID) * count / 4.6).max(wide * 0.5 + 15.0 * GRID);
            let down = ((NODE_HEIGHT + 3.0 * GRID) * count / 4.2).max(17.0 * GRID);
            (across.min(down * 2.2), down)
        }
    }
}

/// A place on the unit circle, clockwise from the top. At the bottom there is a gap: of an even number none stands at the top
/// either, and two stand side by side.
fn direction(place: usize, count: usize) -> (f32, f32) {
    match count {
        0 | 1 => (0.0, 0.0),
        2 => (if place == 0 { -1.0 } else { 1.0 }, 0.0),
        _ => {
            let begin = if count.is_multiple_of(2) { 0.5 } else { 0.0 };
            let turn = (place as f32 + begin) / count as f32;
            (-cosine(turn + 0.25), -cosine(turn))
        }
    }
}

/// The cosine of an angle in turns, from zero to two, well enough to place a box: by its Taylor series.
fn cosine(turns: f32) -> f32 {
    let from_half = (turns.fract() - 0.5).abs();
    // The cosine of what is more than a quarter of a turn away is that of the rest, negated.
    let (turn, sign) = if from_half > 0.25 { (0.5 - from_half, 1.0) } else { (from_half, -1.0) };
    let square = (TAU * turn) * (TAU * turn);
    let series = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    sign * series
}

/// Areas in rows, from the left; what is outside at the right.
fn arrange(blocks: Vec<Block>, outside: Vec<Node>) -> Laid {
    let columns = (blocks.len() as f32).sqrt().ceil().max(1.0) as usize;
    let mut laid = Laid::default();
    let (mut y, mut widest) = (GRID, 0.0_f32);
    let mut row = Vec::new();
    for block in blocks {
        row.push(block);
        if row.len() == columns {
            y = place_row(std::mem::take(&mut row), y, &mut widest, &mut laid);
        }
    }
    if !row.is_empty() {
        y = place_row(row, y, &mut widest, &mut laid);
    }
    let bottom = (y - GAP).max(GRID);
    laid.width = widest + GRID;
    laid.height = bottom + GRID;
    rim(outside, widest, bottom, &mut laid);
    laid
}

/// More boxes than this stand in another column.
const COLUMN: usize = 12;

/// What is outside, in columns at the right, at half the height.
fn rim(outside: Vec<Node>, widest: f32, bottom: f32, laid: &mut Laid) {
    let step = NODE_HEIGHT + 3.0 * GRID;
    let mut x = if widest > 0.0 { widest + GAP } else { GRID };
    let mut rest = outside.into_iter().peekable();
    while rest.peek().is_some() {
        let column: Vec<Node> = rest.by_ref().take(COLUMN).collect();
        let wide = column.iter().map(|node| node.frame.width).fold(0.0, f32::max);
        let tall = column.len() as f32 * step - 3.0 * GRID;
        let mut y = ((bottom - tall) / 2.0).max(GRID);
        for mut node in column {
            node.frame.x = x + (wide - node.frame.width) / 2.0;
            node.frame.y = y;
            y += step;
            laid.nodes.push(node);
        }
        laid.width = laid.width.max(x + wide + GRID);
        laid.height = laid.height.max(y - 2.0 * GRID);
        x += wide + GAP;
    }
}

fn place_row(row: Vec<Block>, y: f32, widest: &mut f32, laid: &mut Laid) -> f32 {
    let tallest = row.iter().map(|block| block.height).fold(0.0, f32::max);
    let mut x = GRID;
    for block in row {
        let frame = Frame { x, y, width: block.width, height: block.height };
        for mut node in block.nodes {
            node.frame.x += x;
            node.frame.y += y;
            laid.nodes.push(node);
        }
        laid.areas.push(Area { name: block.name, frame });
        x += block.width + GAP;
    }
    *widest = widest.max(x - GAP);
    y + tallest + GAP
}
