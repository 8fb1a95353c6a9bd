//! What of the picture is seen, and in which light.

use super::Props;
use crate::protocol::{Edge, Picture};
use std::collections::{HashMap, HashSet};
use yew::classes;

/// With more lines than this the picture shows only those of whoever is looked at.
pub(super) use ringfence_view::picture::READABLE;

/// A line that is drawn.
pub(super) struct Line<'p> {
    /// The line of the picture; nothing where connections were lost and no line is left.
    pub(super) edge: Option<&'p Edge>,
    /// Who asks and who answers, by box.
    pub(super) ends: (usize, usize),
    /// `+`, `-` or `~` against what was pinned.
    pub(super) sign: Option<char>,
    /// Somebody else is looked at.
    pub(super) dim: bool,
    /// It is explained.
    pub(super) chosen: bool,
    /// The last change turned it.
    pub(super) glows: bool,
}

/// What is seen.
pub(super) struct Scene<'p> {
    props: &'p Props,
    picture: &'p Picture,
    focus: Option<usize>,
    /// Who has a line to or from the focus.
    near: HashSet<usize>,
    source: Option<usize>,
    selected: Option<(usize, usize)>,
    turned: HashSet<(usize, usize)>,
    signs: HashMap<(usize, usize), char>,
}

impl<'p> Scene<'p> {
    /// The scene where the pointer or the keys are at a box.
    pub(super) fn of(props: &'p Props, at: Option<usize>) -> Self {
        let picture: &Picture = &props.picture;
        let mut boxes: HashMap<usize, usize> = HashMap::new();
        for (index, node) in picture.nodes.iter().enumerate() {
            boxes.extend(node.members.iter().map(|member| (*member, index)));
        }
        let of = |endpoint: usize| boxes.get(&endpoint).copied();
        let both = |from: usize, to: usize| of(from).zip(of(to));
        let source = props.source.and_then(of);
        let focus = at.or(source);
        let near = focus.map_or_else(HashSet::new, |focus| {
            let ends = picture.edges.iter().filter(|edge| edge.from == focus || edge.to == focus);
            ends.flat_map(|edge| [edge.from, edge.to]).chain([focus]).collect()
        });
        Self {
            props,
            picture,
            focus,
            near,
            source,
            selected: props.pair.and_then(|(from, to)| both(from, to)),
            turned: props.turned.iter().filter_map(|(from, to)| both(*from, *to)).collect(),
            signs: props.changed.iter().filter_map(|(from, to, sign)| Some((both(*from, *to)?, *sign))).collect(),
        }
    }

    /// Whether there are more lines than anybody can follow.
    pub(super) fn is_crowded(&self) -> bool {
        self.picture.edges.len() > READABLE
    }

    /// The lines, those that are gone last.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'p>> {
        let there = self.picture.edges.iter().filter_map(|edge| self.line(edge));
        there.chain(self.gone())
    }

    /// The light in which a box stands.
    pub(super) fn look(&self, node: usize, picked: bool) -> yew::Classes {
        let chosen = self.selected.is_some_and(|(from, to)| from == node || to == node);
        let dim = self.focus.is_some() && !self.near.contains(&node);
        classes!(dim.then_some("dim"), chosen.then_some("chosen"), picked.then_some("picked"))
    }

    fn line(&self, edge: &'p Edge) -> Option<Line<'p>> {
        let ends = (edge.from, edge.to);
        let back = edge.both.then_some((edge.to, edge.from));
        let either =
            |known: &HashSet<(usize, usize)>| known.contains(&ends) || back.is_some_and(|b| known.contains(&b));
        let chosen = self.selected.is_some_and(|pair| pair == ends || Some(pair) == back);
        let wanted = self.props.only.as_ref().is_none_or(|only| *only == edge.verdict)
            && self.source.is_none_or(|source| edge.from == source || edge.both && edge.to == source);
        let seen = chosen || !self.is_crowded() || self.focus.is_some_and(|node| self.touches(ends, node));
        let sign = self.signs.get(&ends).or_else(|| self.signs.get(&back?)).copied();
        (wanted && seen).then(|| Line { sign, chosen, glows: either(&self.turned), ..self.plain(Some(edge), ends) })
    }

    fn plain(&self, edge: Option<&'p Edge>, ends: (usize, usize)) -> Line<'p> {
        let dim = self.focus.is_some_and(|node| !self.touches(ends, node));
        Line { edge, ends, sign: None, dim, chosen: false, glows: false }
    }

    fn touches(&self, ends: (usize, usize), node: usize) -> bool {
        ends.0 == node || ends.1 == node
    }

    /// What was lost where no line is left.
    fn gone(&self) -> Vec<Line<'p>> {
        let drawn = |edge: &Edge| [Some((edge.from, edge.to)), edge.both.then_some((edge.to, edge.from))];
        let there: HashSet<(usize, usize)> = self.picture.edges.iter().flat_map(drawn).flatten().collect();
        let lost = self.signs.iter().filter(|(ends, _)| !there.contains(*ends));
        let asked = |ends: &(usize, usize)| self.source.is_none_or(|source| ends.0 == source);
        let lost = lost.filter(|(ends, _)| ends.0 != ends.1 && self.props.only.is_none() && asked(ends));
        let mut lost: Vec<_> = lost.map(|(ends, sign)| (*ends, *sign)).collect();
        lost.sort_unstable();
        lost.truncate(READABLE);
        lost.into_iter().map(|(ends, sign)| Line { sign: Some(sign), ..self.plain(None, ends) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Node, Parcel};
    use std::rc::Rc;
    use yew::Callback;

    /// A row of boxes, and these lines between them: from, to, verdict, both ways.
    fn props(boxes: usize, lines: &[(usize, usize, &str, bool)]) -> Props {
        let node = |index: usize| Node {
            label: format!("vm{index}"),
            detail: String::new(),
            kind: "VirtualMachine".into(),
            members: [index].into(),
            key: format!("vm{index}"),
            frame: (index as f32 * 100.0, 0.0, 80.0, 48.0),
        };
        let edge = |(from, to, verdict, both): &(usize, usize, &str, bool)| Edge {
            from: *from,
            to: *to,
            verdict: (*verdict).to_owned(),
            both: *both,
            label: String::new(),
            path: String::new(),
            back: None,
            cross: None,
            middle: (0.0, 0.0),
            angle: 0.0,
        };
        let (nodes, edges) = ((0..boxes).map(node).collect(), lines.iter().map(edge).collect());
        Props {
            picture: Parcel::of(&Picture { width: 100.0, height: 100.0, areas: Vec::new(), nodes, edges }),
            stateful: Vec::new(),
            pair: None,
            source: None,
            only: None,
            closed: false,
            turned: Rc::default(),
            changed: Vec::new(),
            send: Callback::noop(),
        }
    }

    fn seen(props: &Props, at: Option<usize>) -> Vec<(usize, usize, Option<char>)> {
        Scene::of(props, at).lines().map(|line| (line.ends.0, line.ends.1, line.sign)).collect()
    }

    #[test]
    fn what_is_gained_and_lost_is_seen_also_where_no_line_is_left() {
        let mut props = props(3, &[(0, 1, "open", false), (1, 2, "open", true)]);
        props.changed = [(0, 1, '+'), (2, 0, '-')].into();
        assert_eq!(seen(&props, None), [(0, 1, Some('+')), (1, 2, None), (2, 0, Some('-'))]);
    }

    #[test]
    fn only_the_lines_of_one_asker_are_drawn() {
        let mut props = props(3, &[(0, 1, "open", true), (1, 2, "one-way", false), (2, 0, "open", false)]);
        props.source = Some(1);
        assert_eq!(seen(&props, None), [(0, 1, None), (1, 2, None)]);
        props.only = Some("one-way".into());
        assert_eq!(seen(&props, None), [(1, 2, None)]);
    }

    #[test]
    fn of_too_many_lines_those_of_one_box_are_drawn() {
        let all: Vec<_> = (0..30).flat_map(|from| (0..30).map(move |to| (from, to, "open", false))).collect();
        let props = props(30, &all);
        assert!(Scene::of(&props, None).is_crowded() && seen(&props, None).is_empty());
        assert_eq!(seen(&props, Some(7)).len(), 59);
    }
}
