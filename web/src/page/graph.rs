//! Boxes and lines: hover lights, click explains, drag moves; the same by keys.

mod keys;
mod lens;
mod line;
mod node;
mod scene;
mod tools;

use crate::protocol::{Node, Parcel, Picture};
use crate::session::{Action, Session};
use lens::{Lens, Point};
use scene::Scene;
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::{Element, PointerEvent, WheelEvent};
use yew::prelude::*;

/// Closer than this is no drag, in pixels.
const STILL: f64 = 4.0;

#[derive(Properties, Clone, PartialEq)]
pub(super) struct Props {
    /// The drawing.
    picture: Parcel<Picture>,
    /// Switches that track connections, and those that do not.
    stateful: Vec<(String, bool)>,
    /// The pair that is explained, by endpoint.
    pair: Option<(usize, usize)>,
    /// Whose lines alone are drawn, by endpoint.
    source: Option<usize>,
    /// The verdict whose lines alone are drawn.
    only: Option<String>,
    /// Whether closed pairs are drawn.
    closed: bool,
    /// Pairs that the last change turned.
    turned: Rc<Vec<(usize, usize)>>,
    /// Pairs that are not as they were when the state was pinned.
    changed: Vec<(usize, usize, char)>,
    /// Where actions go.
    send: Callback<Action>,
}

impl Props {
    /// What the picture shows of a session; nothing before the first answer.
    pub(super) fn of(session: &Session, send: &Callback<Action>) -> Option<Self> {
        let analysis = session.analysis.as_ref()?;
        Some(Self {
            picture: analysis.picture.clone(),
            stateful: analysis.switches.iter().map(|switch| (switch.name.clone(), switch.stateful)).collect(),
            pair: session.pair(),
            source: session.asker(),
            only: session.only.clone(),
            closed: session.scope.closed,
            turned: Rc::clone(&session.turned),
            changed: session.changes.iter().flat_map(|changes| changes.pairs.iter().copied()).collect(),
            send: send.clone(),
        })
    }
}

/// What the pointer is doing.
#[derive(Debug, Clone, PartialEq)]
enum Drag {
    /// It moves a box: its key, where the pointer was, where the box was.
    Box(String, Point, Point),
    /// It moves everything.
    All(Point, Lens),
}

/// What may happen to the picture.
pub(super) enum Msg {
    /// The wheel makes it larger or smaller, where the pointer is on the screen.
    Wheel(f64, Point),
    /// Larger or smaller.
    Zoom(f64),
    /// The view moves.
    Pan(Point),
    /// Everything back to its place.
    Reset,
    /// The pointer takes a box, or everything.
    Grab(Option<usize>, Point),
    /// The pointer moves.
    Pull(PointerEvent),
    /// The pointer lets go.
    Release,
    /// The pointer is over a box, or leaves it.
    Hover(Option<usize>),
    /// A box is chosen: the first one asks, the second one answers.
    Choose(usize),
    /// No box is chosen; where none was, no pair.
    Cancel,
    /// A stack opens.
    Unfold(usize),
    /// A box moves.
    Move(usize, Point),
}

/// The picture.
#[derive(Default)]
pub(super) struct Graph {
    lens: Lens,
    moved: HashMap<String, Point>,
    drag: Option<Drag>,
    /// Whether the pointer went further than a click does.
    dragged: bool,
    hovered: Option<usize>,
    picked: Option<usize>,
    place: NodeRef,
}

impl Component for Graph {
    type Message = Msg;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, context: &Context<Self>, message: Msg) -> bool {
        let props = context.props();
        let picture = &props.picture;
        match message {
            Msg::Wheel(by, (x, y)) => {
                let (unit, middle) = self.screen(picture);
                self.lens = self.lens.zoomed(by, ((x - middle.0) * unit, (y - middle.1) * unit));
            }
            Msg::Zoom(by) => self.lens = self.lens.zoomed(by, (0.0, 0.0)),
            Msg::Pan((x, y)) => self.lens = self.lens.moved(x, y),
            Msg::Reset => (self.lens, self.moved) = (Lens::default(), HashMap::new()),
            Msg::Grab(node, at) => self.grab(node.and_then(|node| picture.nodes.get(node)), at),
            Msg::Pull(event) => return self.pull(&event, picture),
            Msg::Release => self.drag = None,
            Msg::Hover(node) => self.hovered = node,
            Msg::Choose(node) => self.choose(node, props),
            Msg::Cancel if self.picked.take().is_some() => {}
            Msg::Cancel => props.send.emit(Action::Deselect),
            Msg::Unfold(node) => {
                if let Some(node) = picture.nodes.get(node).filter(|node| node.members.len() > 1) {
                    props.send.emit(Action::Unfold(node.key.clone()));
                }
            }
            Msg::Move(node, (x, y)) => {
                let Some(node) = picture.nodes.get(node) else { return false };
                let at = self.moved.entry(node.key.clone()).or_default();
                *at = (at.0 + x, at.1 + y);
            }
        }
        true
    }

    fn changed(&mut self, context: &Context<Self>, last: &Props) -> bool {
        // Boxes are named by their place in the picture.
        if context.props().picture != last.picture {
            (self.hovered, self.picked) = (None, None);
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let (props, link) = (context.props(), context.link());
        let scene = Scene::of(props, self.hovered.or(self.picked));
        let (width, height) = (f64::from(props.picture.width), f64::from(props.picture.height));
        let shift = |node: &Node| self.moved.get(&node.key).copied().unwrap_or_default();
        let lines = scene.lines().map(|line| line::view(&line, &props.picture, &shift, &props.send));
        let nodes = props.picture.nodes.iter().enumerate();
        let nodes = nodes.map(|(index, node)| {
            let picked = self.picked == Some(index);
            node::view(index, node, shift(node), &scene.look(index, picked), link)
        });
        html! {
            <div class="graph">
                { tools::view(props, link) }
                <div class="hints">
                    { tools::hint(props, &scene, self.picked, link) }
                    <p class="keys" id="graph-keys">{ "Tab: next box · Enter: asks, then answers · U: unfold · arrows: the view; with Shift the box · + − 0: zoom · Esc: let go" }</p>
                </div>
                <svg id="graph" ref={self.place.clone()} viewBox={self.lens.view_box(width, height)} preserveAspectRatio="xMidYMid meet"
                    role="group" tabindex="0" aria-label="Picture of who can talk to whom; the table tells the same" aria-describedby="graph-keys"
                    onwheel={link.batch_callback(|event| turned(&event))} onpointerdown={link.callback(|event| Msg::Grab(None, at(&event)))}
                    onpointermove={self.drag.as_ref().map(|_| link.callback(Msg::Pull))} onpointerup={link.callback(|_: PointerEvent| Msg::Release)}
                    onkeydown={link.batch_callback(|event| keys::meant(None, &event))}>
                    <defs>{ for line::tips() }</defs>
                    { for props.picture.areas.iter().map(|(name, frame)| node::area(name, *frame, &props.stateful)) }
                    { for lines }
                    { for nodes }
                </svg>
            </div>
        }
    }
}

impl Graph {
    /// How many units of the picture a pixel of the screen is, before the lens; and the middle of the picture on the screen.
    fn screen(&self, picture: &Picture) -> (f64, Point) {
        let Some(frame) = self.place.cast::<Element>().map(|element| element.get_bounding_client_rect()) else {
            return (1.0, (0.0, 0.0));
        };
        let across = f64::from(picture.width) / frame.width().max(1.0);
        let down = f64::from(picture.height) / frame.height().max(1.0);
        let middle = (frame.left() + frame.width() / 2.0, frame.top() + frame.height() / 2.0);
        (Some(across.max(down)).filter(|unit| unit.is_finite() && *unit > 0.0).unwrap_or(1.0), middle)
    }

    fn grab(&mut self, node: Option<&Node>, at: Point) {
        self.dragged = false;
        self.drag = Some(match node {
            Some(node) => {
                let from = self.moved.get(&node.key).copied().unwrap_or_default();
                Drag::Box(node.key.clone(), at, from)
            }
            None => Drag::All(at, self.lens),
        });
    }

    fn pull(&mut self, event: &PointerEvent, picture: &Picture) -> bool {
        let Some(drag) = self.drag.clone() else { return false };
        if event.buttons() == 0 {
            self.drag = None;
            return false;
        }
        let unit = self.screen(picture).0 / self.lens.scale;
        let (x, y) = at(event);
        let far = |start: Point| (x - start.0).hypot(y - start.1) > STILL;
        match drag {
            Drag::Box(_, start, _) | Drag::All(start, _) if !self.dragged && !far(start) => return false,
            Drag::Box(key, start, from) => {
                self.moved.insert(key, (from.0 + (x - start.0) * unit, from.1 + (y - start.1) * unit));
            }
            Drag::All(start, from) => self.lens = from.moved((start.0 - x) * unit, (start.1 - y) * unit),
        }
        self.dragged = true;
        true
    }

    /// The first choice is who asks, the second who answers; a stack twice: its members among each other.
    fn choose(&mut self, node: usize, props: &Props) {
        // A drag ends with a click that nobody meant.
        if std::mem::take(&mut self.dragged) {
            return;
        }
        let members = |node: usize| props.picture.nodes.get(node).map_or(&[][..], |node| &node.members);
        match self.picked.take() {
            None => self.picked = Some(node),
            Some(asker) => {
                let answerer = members(node).get(usize::from(asker == node));
                if let Some((from, to)) = members(asker).first().zip(answerer) {
                    props.send.emit(Action::Select(*from, *to));
                }
            }
        }
    }
}

/// With the key for it the wheel makes the picture larger or smaller; without it the page scrolls.
fn turned(event: &WheelEvent) -> Option<Msg> {
    if !event.ctrl_key() && !event.meta_key() {
        return None;
    }
    event.prevent_default();
    Some(Msg::Wheel((-event.delta_y() / 400.0).exp(), (event.client_x().into(), event.client_y().into())))
}

fn at(event: &PointerEvent) -> Point {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}
