//! A text that cannot be read.

use super::*;

#[test]
fn a_document_that_cannot_be_read_is_told_over_the_picture() {
    let mut page = Page::open();
    assert_eq!(page.session.unread(), None);
    let text = page.text().replacen("metadata:", "metadata: [", 1);
    page.act(Action::Load(vec![File { name: "broken.yaml".into(), text }]));
    assert!(!page.session.is_held());
    assert!(page.session.unread().is_some_and(|unread| unread.contains("could not be read (broken.yaml, line ")));
}

/// A key after which the first document of the page cannot be read.
fn broken(page: &Page) -> String {
    page.text().replacen("metadata:", "metadata: [", 1)
}

#[test]
fn what_was_shown_stays_while_the_text_cannot_be_read() {
    let mut page = Page::open();
    page.act(Action::Pin);
    page.act(Action::Typed(page.text().replacen("priority: 1005", "priority: 1006", 1)));
    let (before, text) = (page.session.clone(), page.text());
    let matrix =
        |session: &Session| session.analysis.as_ref().map(|analysis| (analysis.verdicts.clone(), analysis.lines));
    page.act(Action::Typed(broken(&page)));
    assert!(page.session.is_held());
    assert!(page.session.unread().is_some_and(|unread| unread.contains("cannot be read (subnet-acl-3.yaml, line ")));
    assert_eq!((matrix(&page.session), page.session.pair()), (matrix(&before), before.pair()));
    assert_eq!(page.session.changes, before.changes);
    // What is said of the text is what reading says, and nothing points into it but that.
    assert!(page.session.findings().all(|found| found.code.starts_with("RF00")), "{:?}", page.session.analysis);
    assert!(page.session.findings().next().is_some() && page.session.lit().is_empty());
    let analysis = page.session.analysis.clone().unwrap();
    let places = analysis.rows.iter().map(|row| row.place).chain(analysis.claims.iter().map(|claim| claim.place));
    assert!(places.flatten().next().is_none() && analysis.notes.is_empty());
    // Whatever is typed next: the picture is that of the last text that could be read, also of another pair.
    page.act(Action::Typed(format!("{}- {{", page.text())));
    page.act(Action::Turn);
    assert_eq!(page.session.why.clone().unwrap().verdict, "closed");
    page.act(Action::Filter("tcp/80".into()));
    page.act(Action::Track(Tracking::On));
    page.act(Action::Turn);
    assert_eq!(page.session.why.clone().unwrap().verdict, "open");
    page.act(Action::Track(Tracking::AsWritten));
    page.act(Action::Filter("all".into()));
    // Until it can be read again.
    page.act(Action::Typed(text));
    assert!(!page.session.is_held() && page.session.unread().is_none());
    assert_eq!((matrix(&page.session), page.session.lit()), (matrix(&before), before.lit()));
    assert_eq!(page.session.findings().collect::<Vec<_>>(), before.findings().collect::<Vec<_>>());
}

#[test]
fn nothing_is_done_with_a_text_that_cannot_be_read() {
    let mut page = Page::open();
    page.act(Action::Typed(broken(&page)));
    for action in [Action::Want(Intent::Connect, "all".into()), Action::Pin, Action::Script] {
        page.session.notice = None;
        page.shown.clear();
        page.act(action.clone());
        assert!(page.session.notice.as_ref().is_some_and(|told| told.contains("cannot be read")), "{action:?}");
        assert_eq!((page.session.proposals.clone(), page.session.pinned.clone()), (None, None));
        assert_eq!(page.shown, [], "{action:?}");
    }
}

#[test]
fn a_half_typed_word_lets_nobody_through() {
    for (whole, half) in [
        ("action: drop", "action: dro"),
        ("priority: 1005", "priority: 1oo5"),
        ("kind: Subnet", "kind"),
        ("spec:", "spec"),
    ] {
        let mut page = Page::open();
        let before = page.session.analysis.as_ref().unwrap().verdicts.clone();
        page.act(Action::Typed(page.text().replacen(whole, half, 1)));
        assert!(page.session.unread().is_some(), "{half}");
        assert_eq!(page.session.analysis.as_ref().unwrap().verdicts, before, "{half}");
    }
}

#[test]
fn nothing_of_another_work_stands_in() {
    let mut page = Page::open();
    let broken = File { name: "mine.yaml".into(), text: "kind: Subnet\nspec: [".into() };
    let example = gallery::EXAMPLES.iter().find(|example| example.path == "unparsable-match.yaml").unwrap();
    for action in [Action::Load(vec![broken.clone()]), Action::Drop(vec![broken.clone()])] {
        page.act(Action::Example(example));
        page.act(action.clone());
        assert!(!page.session.is_held(), "{action:?}");
        assert_eq!(page.session.index("default/vm1"), None);
    }
    // What comes to one's own work does not make it another one.
    page.act(Action::Load(vec![crowd(3)]));
    page.act(Action::Drop(vec![broken]));
    assert!(page.session.is_held() && page.session.index("default/vm2").is_some());
}

#[test]
fn nothing_is_told_from_what_cannot_be_read() {
    let mut page = Page::open();
    page.act(Action::Load(Vec::new()));
    assert!(page.session.is_empty());
    page.act(Action::Load(vec![File { name: "a.yaml".into(), text: "kind: Subnet\nspec: [".into() }]));
    assert!(!page.session.is_empty());
}
