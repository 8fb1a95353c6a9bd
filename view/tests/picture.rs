//! Pictures that can be read: no line runs through a box that is none of its ends, and no label covers another one or a box.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is wrong")]

use ringfence_engine::answers::filter::Filter;
use ringfence_engine::compile::Settings;
use ringfence_engine::reach::Verdict;
use ringfence_engine::source::Sources;
use ringfence_view::loaded::Loaded;
use ringfence_view::matrix::Matrix;
use ringfence_view::picture::{Edge, Frame, Picture, Point, Wishes};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn picture(text: &str, closed: bool) -> Picture {
    let mut sources = Sources::new();
    sources.add("a.yaml", text);
    let loaded = Loaded::new(sources, &Settings::default());
    let matrix = Matrix::of(&mut loaded.reach(), Filter::default());
    Picture::of(&loaded.compiled.endpoints, &matrix, &Wishes { closed, unfolded: BTreeSet::new() })
}

/// Points of a path, close to each other; `M`, `L`, `Q` and `C` with absolute places.
fn points(path: &str) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let letters = std::iter::once(' ').chain(path.chars().filter(char::is_ascii_uppercase));
    for (numbers, _) in path.split(['M', 'L', 'Q', 'C']).zip(letters) {
        let numbers: Vec<f32> = numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let places: Vec<Point> = numbers.chunks(2).map(|pair| Point { x: pair[0], y: pair[1] }).collect();
        let Some(last) = points.last().copied() else {
            points.extend(places);
            continue;
        };
        let curve: Vec<Point> = std::iter::once(last).chain(places).collect();
        points.extend((1..=60_u8).map(|step| bezier(&curve, f32::from(step) / 60.0)));
    }
    points
}

fn bezier(curve: &[Point], part: f32) -> Point {
    match curve {
        [point] => *point,
        _ => {
            let between = |pair: &[Point]| Point {
                x: pair[0].x + (pair[1].x - pair[0].x) * part,
                y: pair[0].y + (pair[1].y - pair[0].y) * part,
            };
            bezier(&curve.windows(2).map(between).collect::<Vec<_>>(), part)
        }
    }
}

fn covers(frame: Frame, point: Point) -> bool {
    point.x > frame.x && point.x < frame.x + frame.width && point.y > frame.y && point.y < frame.y + frame.height
}

fn meet(one: Frame, other: Frame) -> bool {
    one.x < other.x + other.width
        && other.x < one.x + one.width
        && one.y < other.y + other.height
        && other.y < one.y + one.height
}

/// What the words at a line cover: letters of the monospaced font have 6.6 pixels.
fn label(edge: &Edge) -> Option<Frame> {
    let text = match edge.verdict {
        Verdict::Undefined => format!("? {}", edge.label),
        Verdict::Open | Verdict::Partial | Verdict::OneWay | Verdict::Closed => edge.label.clone(),
    };
    let width = text.trim().chars().count() as f32 * 6.6;
    let Point { x, y } = edge.middle;
    (width > 0.0).then_some(Frame { x: x - width / 2.0, y: y - 6.0, width, height: 12.0 })
}

/// What is wrong with a picture.
fn wrong(picture: &Picture) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = |index: usize| picture.nodes[index].label.clone();
    let told = |edge: &Edge| format!("{} → {}", name(edge.from), name(edge.to));
    for (index, node) in picture.nodes.iter().enumerate() {
        for other in picture.nodes.iter().skip(index + 1).filter(|other| meet(node.frame, other.frame)) {
            wrong.push(format!("{} stands on {}", node.label, other.label));
        }
    }
    for edge in &picture.edges {
        for path in [Some(&edge.path), edge.back.as_ref()].into_iter().flatten() {
            for node in &picture.nodes {
                if points(path).iter().any(|point| covers(node.frame, *point)) {
                    wrong.push(format!("{} runs through {}: {path}", told(edge), node.label));
                }
            }
        }
        if edge.cross.is_some_and(|cross| picture.nodes.iter().any(|node| covers(node.frame, cross))) {
            wrong.push(format!("the cross of {} is on a box", told(edge)));
        }
    }
    let labels: Vec<(&Edge, Frame)> = picture.edges.iter().filter_map(|edge| Some((edge, label(edge)?))).collect();
    for (index, (edge, frame)) in labels.iter().enumerate() {
        for node in picture.nodes.iter().filter(|node| meet(node.frame, *frame)) {
            wrong.push(format!("the label of {} is on {}", told(edge), node.label));
        }
        for (other, _) in labels.iter().skip(index + 1).filter(|(_, other)| meet(*frame, *other)) {
            wrong.push(format!("the labels of {} and {} meet", told(edge), told(other)));
        }
        let Frame { x, y, width, height } = *frame;
        if x < 0.0 || y < 0.0 || x + width > picture.width || y + height > picture.height {
            wrong.push(format!("the label of {} is cut off", told(edge)));
        }
    }
    wrong
}

fn texts(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|name| name == "yaml");
    let mut all: Vec<PathBuf> =
        files.into_iter().filter(is_yaml).chain(folders.iter().flat_map(|folder| texts(folder))).collect();
    all.sort();
    all
}

fn check<'t>(worlds: impl Iterator<Item = (String, String)> + 't) {
    let mut told = Vec::new();
    for (name, text) in worlds {
        for closed in [false, true] {
            told.extend(
                wrong(&picture(&text, closed)).into_iter().map(|what| format!("{name} (closed: {closed}): {what}")),
            );
        }
    }
    assert!(told.is_empty(), "{}:\n{}", told.len(), told.iter().take(30).cloned().collect::<Vec<_>>().join("\n"));
}

fn of(folder: &str) -> impl Iterator<Item = (String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    texts(&folder)
        .into_iter()
        .filter_map(|file| Some((file.display().to_string(), std::fs::read_to_string(file).ok()?)))
}

#[test]
fn every_example_can_be_read() {
    check(of("examples"));
}

/// So many machines on so many switches; every third is asked at ports of its own.
fn crowd(machines: usize, switches: usize) -> String {
    let acl = |machine: usize| {
        let (match_, action) = match machine % 3 {
            0 => (
                format!("ip4.dst == 10.0.{}.{} && tcp.dst != {}", machine % switches, machine + 2, 1000 + machine),
                "drop",
            ),
            1 => (format!("ip4.dst == 10.0.{}.{}", machine % switches, machine + 2), "drop"),
            _ => (format!("ip4.src == 10.0.{}.{} && udp", machine % switches, machine + 2), "allow-related"),
        };
        format!("  - {{direction: to-lport, priority: {}, action: {action}, match: '{match_}'}}\n", 1000 + machine)
    };
    let subnet = |switch: usize| {
        let acls: String = (0..machines).filter(|machine| machine % switches == switch).map(acl).collect();
        format!(
            "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {{name: switch{switch}}}\nspec:\n  vpc: v\n  cidrBlock: 10.0.{switch}.0/24\n  gateway: 10.0.{switch}.1\n  acls:\n  - {{direction: to-lport, priority: 1, action: allow, match: arp}}\n{acls}---\n"
        )
    };
    let machine = |machine: usize| {
        format!("- {{name: machine-{machine}, address: 10.0.{}.{}}}\n", machine % switches, machine + 2)
    };
    let subnets: String = (0..switches).map(subnet).collect();
    format!(
        "{subnets}kind: Inventory\napiVersion: ringfence/v1\nvms:\n{}",
        (0..machines).map(machine).collect::<String>()
    )
}

#[test]
fn up_to_twenty_machines_can_be_read() {
    let sizes = (1..=20).flat_map(|machines| [1, 2, 3].map(|switches| (machines, switches)));
    check(sizes.map(|(machines, switches)| (format!("{machines} on {switches}"), crowd(machines, switches))));
}

#[test]
fn a_picture_is_the_same_every_time() {
    for (_, text) in of("examples") {
        assert_eq!(picture(&text, true), picture(&text, true));
    }
}
