mod pinned;
mod undone;
mod unread;

use super::edits::replaced;
use super::*;
use crate::protocol::{Ask, Intent, Request, Worker};
use crate::service::{Mender, Reviewer, Service};

/// A page without a browser: effects are done until nothing is left to do.
struct Page {
    session: Session,
    service: Service,
    reviewer: Reviewer,
    mender: Mender,
    shown: Vec<Effect>,
}

impl Page {
    fn open() -> Self {
        let mut page = Self {
            session: Session::default(),
            service: Service::new(),
            reviewer: Reviewer::new(),
            mender: Mender::new(),
            shown: Vec::new(),
        };
        let tracking = page.session.tracking;
        page.act(Action::Track(tracking));
        page
    }

    fn act(&mut self, action: Action) {
        let effects = self.session.reduce(action);
        self.follow(effects);
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(ask) => {
                    let answer = match ask.request.worker() {
                        Worker::Answerer => self.service.ask(ask),
                        Worker::Reviewer => self.reviewer.ask(ask),
                        Worker::Mender => self.mender.ask(ask),
                    };
                    self.act(Action::Answered(answer));
                }
                Effect::Replace(edits) => {
                    let mut text = self.text();
                    for edit in edits.iter().rev() {
                        text = replaced(&text, edit);
                    }
                    self.act(Action::Typed(text));
                }
                other => self.shown.push(other),
            }
        }
    }

    fn text(&self) -> String {
        self.session.files[self.session.active].text.clone()
    }

    fn verdict(&self, from: &str, to: &str) -> char {
        let analysis = self.session.analysis.as_ref().unwrap();
        let index = |id: &str| self.session.index(id).unwrap();
        analysis.verdict(index(from), index(to)).into()
    }
}

#[test]
fn the_first_visit_shows_the_answer_that_dies() {
    let page = Page::open();
    let why = page.session.why.clone().unwrap();
    assert_eq!(why.verdict, "one-way");
    assert!(why.because.contains("dropped"), "{}", why.because);
    assert_eq!(page.session.lit(), [9]);
    assert!(!page.session.busy());
    assert_eq!(page.session.analysis.as_ref().unwrap().claims.iter().filter(|claim| !claim.holds).count(), 1);
}

#[test]
fn the_switch_shows_what_one_row_changes() {
    let mut page = Page::open();
    page.act(Action::Track(Tracking::On));
    assert_eq!(page.verdict("default/vm1", "default/vm2"), 'O');
    assert!(page.session.why.clone().unwrap().switches[0].stateful);
    assert!(page.session.turned.contains(&(0, 1)));
    page.act(Action::Track(Tracking::AsWritten));
    assert_eq!(page.verdict("default/vm1", "default/vm2"), '>');
}

#[test]
fn a_fix_is_an_edit() {
    let mut page = Page::open();
    let example = gallery::EXAMPLES.iter().find(|example| example.path == "unparsable-match.yaml").unwrap();
    page.act(Action::Example(example));
    let fix = page.session.findings().find_map(|found| found.fix.clone()).unwrap();
    page.act(Action::Fix(fix));
    let errors = |page: &Page| page.session.findings().filter(|found| found.severity == "error").count();
    assert_eq!(errors(&page), 0, "{}", page.text());
}

#[test]
fn every_match_is_written_as_ovn_prints_it() {
    let mut page = Page::open();
    let rows = |matches: [&str; 3]| {
        let row = |text: &str| format!("  - {{action: drop, direction: to-lport, priority: 7, match: {text}}}\n");
        let rows = matches.map(row).concat();
        format!(
            "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {{name: s}}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n{rows}"
        )
    };
    let text = rows(["ip4.dst==10.0.0.2", "'tcp.dst=={80,81}&&(ip4)'", "\"inport=='a'\""]);
    page.act(Action::Load([File { name: "a.yaml".into(), text }].into()));
    page.act(Action::Format);
    let wanted = rows(["ip4.dst == 10.0.0.2", "'tcp.dst == {80, 81} && ip4'", "\"inport=='a'\""]);
    assert_eq!(page.text(), wanted);
    page.act(Action::Format);
    assert!(page.session.notice.as_ref().is_some_and(|notice| notice.contains("nothing to format")));
}

#[test]
fn findings_stay_where_they_were_until_lints_have_looked_again() {
    let mut page = Page::open();
    let lines = |page: &Page| page.session.findings().filter_map(|found| Some(found.place?.line)).collect::<Vec<_>>();
    let before = lines(&page);
    assert!(!before.is_empty() && !page.session.linting());
    let effects = page.session.reduce(Action::Typed(format!("# new\n{}", page.text())));
    let Some(Effect::Ask(ask)) = effects.into_iter().next() else { panic!("nothing was asked") };
    let answer = page.service.ask(ask);
    // The picture is there, the lints are not.
    let effects = page.session.reduce(Action::Answered(answer));
    assert!(!page.session.busy() && page.session.linting());
    let moved: Vec<usize> = before.iter().map(|line| line + 1).collect();
    assert_eq!(lines(&page), moved);
    // They find the same again: nothing has to be shown anew.
    assert!(effects.contains(&Effect::Remark) && !effects.contains(&Effect::Annotate), "{effects:?}");
    page.shown.clear();
    page.follow(effects);
    assert!(!page.session.linting() && !page.shown.contains(&Effect::Annotate), "{:?}", page.shown);
    assert_eq!(lines(&page), moved);
}

#[test]
fn what_is_typed_meanwhile_is_answered_next() {
    let mut session = Session::default();
    let first = session.reduce(Action::Track(Tracking::AsWritten));
    let [Effect::Ask(first)] = first.as_slice() else { panic!("{first:?}") };
    // Nothing more is asked while an answer is on its way …
    let asks = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Ask(_))).count();
    assert_eq!(asks(&session.reduce(Action::Typed("kind: Subnet".into()))), 0);
    assert_eq!(asks(&session.reduce(Action::Typed("kind: Subne".into()))), 0);
    // … and what is there then is asked when it comes.
    let answer = Service::new().ask(first.clone());
    let next = session.reduce(Action::Answered(answer.clone()));
    assert_eq!(asks(&next), 1);
    assert!(session.busy());
    // An answer to what nobody waits for changes nothing.
    let before = session.clone();
    assert_eq!(session.reduce(Action::Answered(answer)), []);
    assert_eq!(session, before);
}

#[test]
fn any_paste_leaves_the_page_alive() {
    let mut page = Page::open();
    for text in
        ["\u{0}\u{1}\u{fffd}", "{{{{", "kind: Subnet\nspec: [", "- - - -", "a: &a [*a, *a]", "\u{1f600}: \u{1f600}"]
    {
        page.act(Action::Typed(text.to_owned()));
        assert!(!page.session.busy(), "{text:?}");
        assert_eq!(page.text(), text);
    }
    page.act(Action::Close(0));
    page.act(Action::Close(7));
    page.act(Action::Rename(0, "  ".into()));
    page.act(Action::Switch(9));
    page.act(Action::Select(4, 99));
    page.act(Action::Accept(3));
    assert_eq!(page.session.files.len(), 1);
}

#[test]
fn tabs_keep_their_texts_and_names() {
    let mut page = Page::open();
    page.act(Action::Add);
    page.act(Action::Typed("kind: Namespace\napiVersion: v1\nmetadata: {name: n}\n".into()));
    page.act(Action::Rename(1, "subnet-acl-3.yaml".into()));
    assert_eq!(page.session.files[1].name, "file-1.yaml");
    page.act(Action::Rename(1, "space.yaml".into()));
    page.act(Action::Switch(0));
    assert!(page.text().contains("kind: Subnet"));
    page.act(Action::Drop(vec![File { name: "space.yaml".into(), text: "kind: List".into() }]));
    assert_eq!((page.session.files.len(), page.session.files[1].text.as_str()), (2, "kind: List"));
}

/// Machines that all have a row of their own.
fn crowd(machines: usize) -> File {
    let row = |machine: usize| {
        format!(
            "    - {{direction: to-lport, priority: 7, match: ip4.dst == 10.0.0.{machine} && tcp.dst == {machine}, action: drop}}\n"
        )
    };
    let machine = |machine: usize| format!("  - {{name: vm{machine}, address: 10.0.0.{machine}}}\n");
    let numbers = 2..machines + 2;
    let text = format!(
        "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {{name: s}}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n{}---\napiVersion: ringfence/v1\nkind: Inventory\nvms:\n{}",
        numbers.clone().map(row).collect::<String>(),
        numbers.map(machine).collect::<String>()
    );
    File { name: "crowd.yaml".into(), text }
}

#[test]
fn more_lines_than_anybody_follows_begin_as_a_matrix() {
    let mut page = Page::open();
    assert_eq!(page.session.view, View::Graph);
    page.act(Action::Load([crowd(30)].into()));
    assert_eq!(page.session.view, View::Matrix);
    // What somebody chose stays, whatever comes.
    page.act(Action::View(View::Graph));
    page.act(Action::Load([crowd(31)].into()));
    assert_eq!(page.session.view, View::Graph);
}

#[test]
fn files_that_are_saved_elsewhere_leave_everything_else_as_it_is() {
    let mut page = Page::open();
    page.act(Action::Filter("tcp/80".into()));
    page.act(Action::Pin);
    let (selected, pinned) = (page.session.selected.clone(), page.session.pinned.clone());
    let mut files = page.session.files.clone();
    files[0].text = files[0].text.replacen("action: drop", "action: allow", 1);
    page.act(Action::Reload(files));
    assert_eq!((&page.session.selected, &page.session.pinned), (&selected, &pinned));
    assert_eq!(page.session.scope.filter, "tcp/80");
    assert_eq!(page.session.why.clone().unwrap().verdict, "open");
    assert!(!page.session.changes.as_ref().unwrap().pairs.is_empty());
}

#[test]
fn an_asker_is_known_by_its_short_name() {
    let mut page = Page::open();
    let asker = |page: &mut Page, text: &str| {
        page.act(Action::Source(Some(text.into())));
        page.session.asker()
    };
    assert_eq!(asker(&mut page, "vm2"), page.session.index("default/vm2"));
    assert_eq!(asker(&mut page, "vswitch1/gateway"), page.session.index("vswitch1/gateway"));
    assert_eq!(asker(&mut page, "vm"), None);
    page.act(Action::From(0));
    assert_eq!(page.session.source.as_deref(), Some("default/vm1"));
}

#[test]
fn a_wish_may_be_about_one_port() {
    let mut page = Page::open();
    page.act(Action::Want(Intent::Separate, "tcp/22".into()));
    let proposals = page.session.proposals.clone().unwrap();
    let diff = proposals.proposals.first().map(|first| page.session.diff(first)).unwrap_or_default();
    // It is one-way already: nothing has to be done, and that is said; or a row is about that port alone.
    assert!(diff.contains("tcp.dst == 22") || proposals.refusal.is_some(), "{diff} {proposals:?}");
    let turned = page.session.pair().unwrap();
    page.act(Action::Select(turned.1 + 1, turned.1 + 2));
    page.act(Action::Want(Intent::Separate, "tcp/22".into()));
    let proposals = page.session.proposals.clone().unwrap();
    assert!(page.session.diff(&proposals.proposals[0]).contains("22"), "{proposals:?}");
}

#[test]
fn a_key_that_changes_nothing_draws_nothing() {
    let mut page = Page::open();
    let before = page.session.clone();
    page.act(Action::Typed(page.text().replacen("vpc: vpc1", "vpc: vpc1 # x", 1)));
    assert!(page.session.looks_like(&before));
    page.act(Action::Typed(page.text().replacen("172.20.10.0/24", "172.20.10.0/24 # x", 1)));
    assert!(page.session.looks_like(&before));
    page.act(Action::Typed(page.text().replacen("172.20.10.2\n", "172.20.10.3\n", 1)));
    assert!(!page.session.looks_like(&before));
}

#[test]
fn a_piece_that_was_typed_is_put_where_it_belongs() {
    let mut page = Page::open();
    page.act(Action::Load([File { name: "a.yaml".into(), text: "\u{1f600}: 1\r\nb: 2\r\n".into() }].into()));
    assert_eq!(page.text(), "\u{1f600}: 1\nb: 2\n");
    let edited =
        |from: usize, to: usize, insert: &str, size: usize| Action::Edited { from, to, insert: insert.into(), size };
    page.act(edited(9, 10, "33", 12));
    assert_eq!(page.text(), "\u{1f600}: 1\nb: 33\n");
    // Where the editor has another text, all of it is read.
    assert_eq!(page.session.reduce(edited(0, 0, "x", 99)), [Effect::Reread]);
    assert_eq!(page.text(), "\u{1f600}: 1\nb: 33\n");
}

#[test]
fn edits_of_a_text_that_is_gone_are_not_taken() {
    let mut page = Page::open();
    let asks = |page: &mut Page, action: Action| {
        let effects = page.session.reduce(action);
        effects.into_iter().find_map(|effect| if let Effect::Ask(ask) = effect { Some(ask) } else { None }).unwrap()
    };
    // Proposals and canonical matches that come after another key.
    let wish = asks(&mut page, Action::Want(Intent::Connect, "all".into()));
    let format = asks(&mut page, Action::Format);
    let (wish, format) = (page.mender.ask(wish), page.mender.ask(format));
    page.act(Action::Typed(format!("# one more line\n{}", page.text())));
    let text = page.text();
    page.act(Action::Answered(wish));
    page.act(Action::Answered(format));
    assert_eq!((page.session.proposals.clone(), page.text()), (None, text));
    // Those that are there go with the text, with its reading, and with the pair.
    for action in [
        Action::Profile(Some("kubernetes".into())),
        Action::Track(Tracking::On),
        Action::Turn,
        Action::Add,
        Action::Close(0),
    ] {
        let mut page = Page::open();
        page.act(Action::Want(Intent::Connect, "all".into()));
        assert!(page.session.proposals.is_some());
        page.act(action.clone());
        assert_eq!(page.session.proposals, None, "{action:?}");
    }
    // A filter leaves them where they are.
    let mut page = Page::open();
    page.act(Action::Want(Intent::Connect, "all".into()));
    page.act(Action::Filter("tcp/80".into()));
    assert!(page.session.proposals.is_some());
}

#[test]
fn who_is_lost_is_asked_anew() {
    let mut page = Page::open();
    let asked = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Ask(_)));
    // The picture: whatever is typed next is asked, though nobody answered what was typed before.
    let text = format!("# one\n{}", page.text());
    assert!(asked(&page.session.reduce(Action::Typed(text))));
    assert_eq!(page.session.reduce(Action::Lost(Worker::Answerer)), []);
    assert!(page.session.notice.as_ref().is_some_and(|notice| notice.contains("tried again")));
    page.act(Action::Typed(format!("# two\n{}", page.text())));
    assert!(!page.session.busy() && page.session.lit() == [11]);
    // Findings, and what is different from before.
    page.act(Action::Pin);
    let text = format!("# three\n{}", page.text());
    page.session.reduce(Action::Typed(text));
    for worker in [Worker::Answerer, Worker::Reviewer, Worker::Mender] {
        page.act(Action::Lost(worker));
    }
    assert!(!page.session.linting());
    page.act(Action::Typed(page.text().replacen("action: drop", "action: allow", 1)));
    assert!(page.session.changes.as_ref().is_some_and(|changes| !changes.pairs.is_empty()));
    // A wish.
    page.session.reduce(Action::Want(Intent::Separate, "all".into()));
    page.act(Action::Lost(Worker::Mender));
    page.act(Action::Want(Intent::Separate, "all".into()));
    assert!(page.session.proposals.is_some());
}

#[test]
fn a_name_that_nobody_has_is_told() {
    let mut page = Page::open();
    for (text, unknown) in [(None, false), (Some(" "), false), (Some("vm2"), false), (Some("vm9"), true)] {
        page.act(Action::Source(text.map(str::to_owned)));
        assert_eq!(page.session.is_asker_unknown(), unknown, "{text:?}");
    }
}
