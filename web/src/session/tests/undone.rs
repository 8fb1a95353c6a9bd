//! Work that gave way to other work, and comes back.

use super::*;

#[test]
fn what_gives_way_comes_back() {
    let own = |page: &mut Page| {
        page.act(Action::Load(vec![crowd(3)]));
        page.act(Action::Add);
        page.act(Action::Typed("kind: Namespace\napiVersion: v1\nmetadata: {name: mine}\n".into()));
        page.act(Action::Profile(Some("kube-ovn/1.14".into())));
        page.act(Action::LetGo);
        (page.session.files.clone(), page.session.profile.clone())
    };
    let other = File { name: "other.yaml".into(), text: "kind: List\nitems: []\n".into() };
    let link = Link {
        input: Input { files: vec![other.clone()], ..Input::default() },
        filter: "all".into(),
        selected: None,
        pinned: None,
    };
    let same_name = File { name: crowd(3).name, ..other.clone() };
    for action in [
        Action::Example(gallery::first()),
        Action::Load(vec![other]),
        Action::Open(Box::new(link)),
        Action::Close(0),
        Action::Drop(vec![same_name]),
    ] {
        let mut page = Page::open();
        let before = own(&mut page);
        page.act(action.clone());
        assert_ne!(page.session.files, before.0, "{action:?}");
        let after = page.session.files.clone();
        page.shown.clear();
        page.act(Action::Undo);
        assert_eq!((page.session.files.clone(), page.session.profile.clone()), before, "{action:?}");
        assert!(!page.session.busy() && page.session.index("default/vm2").is_some());
        // It is one's own work again, for the next visit too.
        assert!(page.shown.contains(&Effect::Own) && page.shown.contains(&Effect::Keep), "{:?}", page.shown);
        // And what took its place can come back, where somebody has it from nowhere else.
        if page.session.former.is_some() {
            page.act(Action::Undo);
            assert_eq!(page.session.files, after, "{action:?}");
        }
    }
}

#[test]
fn only_ones_own_work_is_offered_back() {
    let mut page = Page::open();
    page.act(Action::Example(&gallery::EXAMPLES[1]));
    page.act(Action::Example(&gallery::EXAMPLES[2]));
    assert_eq!(page.session.former, None);
    page.act(Action::Typed(format!("{}# mine\n", page.text())));
    let mine = page.text();
    // It waits behind any number of examples, until somebody lets it go.
    page.act(Action::Example(&gallery::EXAMPLES[3]));
    page.act(Action::Example(&gallery::EXAMPLES[4]));
    assert_eq!(page.session.former.as_ref().map(|former| former.session.files[0].text.clone()), Some(mine));
    page.act(Action::LetGo);
    assert_eq!((page.session.former.clone(), page.shown.last()), (None, Some(&Effect::Aside)));
}

#[test]
fn a_link_leaves_the_store_alone_until_somebody_types() {
    let mut page = Page::open();
    page.act(Action::Load(vec![crowd(3)]));
    page.shown.clear();
    let input = Input { files: vec![crowd(4)], ..Input::default() };
    page.act(Action::Open(Box::new(Link { input, filter: "all".into(), selected: None, pinned: None })));
    let of_store = |effect: &Effect| matches!(effect, Effect::Own | Effect::Aside);
    assert!(!page.shown.iter().any(of_store), "{:?}", page.shown);
    page.act(Action::Typed(crowd(5).text));
    assert!(page.shown.contains(&Effect::Own));
    assert_eq!(page.session.former.as_ref().map(|former| former.session.files.clone()), Some(vec![crowd(3)]));
}

#[test]
fn an_example_gives_way_to_files_and_ones_own_work_does_not() {
    let mut page = Page::open();
    let names = |page: &Page| page.session.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    page.act(Action::Drop([crowd(2)].into()));
    assert_eq!((names(&page), page.session.lesson.clone()), (vec![crowd(2).name], None));
    page.act(Action::Typed(format!("{}# mine\n", page.text())));
    page.act(Action::Drop([File { name: "more.yaml".into(), text: String::new() }].into()));
    assert_eq!(names(&page), [crowd(2).name, "more.yaml".to_owned()]);
}
