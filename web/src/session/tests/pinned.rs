//! What is different from what was pinned.

use super::*;

/// The question of what is different from before, if there is one.
fn comparison(effects: &[Effect]) -> Option<Ask> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask(ask) if matches!(ask.request, Request::Compare { .. }) => Some(ask.clone()),
        _ => None,
    })
}

#[test]
fn a_comparison_with_what_is_pinned_no_more_is_not_shown() {
    let mut page = Page::open();
    let first = comparison(&page.session.reduce(Action::Pin)).unwrap();
    let late = page.mender.ask(first);
    // Something else is pinned, and typed, before the answer comes.
    assert_eq!(comparison(&page.session.reduce(Action::Unpin)), None);
    page.act(Action::Typed(page.text().replacen("action: drop", "action: allow", 1)));
    assert_eq!(comparison(&page.session.reduce(Action::Pin)), None);
    let next = page.session.reduce(Action::Answered(late));
    assert_eq!(page.session.changes, None);
    page.follow(next);
    assert!(
        page.session.changes.as_ref().is_some_and(|changes| changes.pairs.is_empty()),
        "{:?}",
        page.session.changes
    );
    page.act(Action::Restore);
    assert_eq!((page.session.changes.clone(), page.session.pinned.clone()), (None, None));
}

#[test]
fn pairs_that_changed_are_never_those_of_others() {
    let mut page = Page::open();
    page.act(Action::Pin);
    page.act(Action::Typed(page.text().replacen("action: drop", "action: allow", 1)));
    assert!(!page.session.changes.as_ref().unwrap().pairs.is_empty());
    // Until it is known what is different now, nothing is shown of pairs that have other numbers.
    let asked = page.session.reduce(Action::Load([crowd(3)].into()));
    assert_eq!(page.session.changes, None);
    page.follow(asked);
    page.act(Action::Pin);
    let typed = page.session.reduce(Action::Typed(crowd(4).text));
    let Some(Effect::Ask(ask)) = typed.first() else { panic!("{typed:?}") };
    let answered = page.service.ask(ask.clone());
    let next = page.session.reduce(Action::Answered(answered));
    assert_eq!(page.session.changes, None);
    page.follow(next);
    assert!(page.session.changes.is_some());
}

#[test]
fn who_is_new_or_gone_is_told_beside_what_is_pinned() {
    let mut page = Page::open();
    page.act(Action::Load([crowd(3)].into()));
    page.act(Action::Pin);
    page.act(Action::Typed(crowd(4).text));
    let told = |page: &Page| {
        page.session
            .changes
            .as_ref()
            .unwrap()
            .lines
            .iter()
            .map(|line| (line.sign, line.what.clone()))
            .collect::<Vec<_>>()
    };
    assert!(told(&page).contains(&('+', "is new".to_owned())), "{:?}", told(&page));
}

#[test]
fn what_was_pinned_can_be_left_again() {
    let mut page = Page::open();
    page.act(Action::Load(vec![crowd(3)]));
    page.act(Action::Pin);
    page.act(Action::Typed(crowd(4).text));
    page.act(Action::Restore);
    assert_eq!(page.text(), crowd(3).text);
    page.act(Action::Undo);
    assert_eq!(page.text(), crowd(4).text);
}

#[test]
fn a_wish_is_granted_and_compared() {
    let mut page = Page::open();
    page.act(Action::Want(Intent::Connect, "all".into()));
    let proposals = page.session.proposals.clone().unwrap();
    let diff = page.session.diff(&proposals.proposals[0]);
    assert!(diff.contains("+    - action: allow-related"), "{diff}");
    page.act(Action::Accept(0));
    assert!(page.text().contains("allow-related"));
    assert_eq!(page.verdict("default/vm1", "default/vm2"), 'O');
    let changes = page.session.changes.clone().unwrap();
    assert!(changes.summary.starts_with("6 pairs with connections gained, 0 pairs"), "{}", changes.summary);
    page.act(Action::Restore);
    assert_eq!(page.verdict("default/vm1", "default/vm2"), '>');
}
