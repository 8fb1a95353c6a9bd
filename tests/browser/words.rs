//! What the page says where something is wrong or missing, and how it is used by keys and by those who do not see it.

use super::page::{File, Page};
use super::walk::{Result, click, forget, until};
use serde_json::{Value, json};

const SAY: &str = "const [selector, value] = arguments; const field = document.querySelector(selector); \
    field.value = value; field.dispatchEvent(new Event('input', {bubbles: true}));";

/// What is typed wrongly is told in words, with what may be written.
pub fn mistakes(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    let told = |field: &str, wrong: &str, word: &str| {
        let described = format!("document.querySelector('#{field}').getAttribute('aria-describedby') === '{wrong}'");
        until(page, "the field says where that is told", &described)?;
        until(page, word, &format!("document.querySelector('#{wrong}')?.innerText.includes('{word}')"))
    };
    page.run(SAY, &[json!("#filter"), json!("tcp80")])?;
    told("filter", "filter-wrong", "tcp/22")?;
    page.run(SAY, &[json!("#source"), json!("vm9")])?;
    told("source", "source-wrong", "default/vm1")?;
    page.screenshot("wrong-words")?;
    page.run(SAY, &[json!("#filter"), json!("all")])?;
    page.run(SAY, &[json!("#source"), json!("")])?;
    until(page, "nothing wrong", "!document.querySelector('.wrong')")?;
    page.run(SAY, &[json!("#wish-on"), json!("web")])?;
    told("wish-on", "wish-wrong", "tcp/22")?;
    until(page, "the name as it is", "document.querySelector('#because').innerText.includes('efault/vm1')")?;
    until(page, "no capital of ours", "!document.querySelector('#why').innerText.includes('Default/')")?;
    page.load(&[])?;
    until(
        page,
        "what to do where nothing is",
        "document.querySelector('#empty')?.innerText.includes('choose an example')",
    )?;
    page.screenshot("empty")
}

/// Tabs by arrows, a name for every control, and hints beside the picture.
pub fn controls(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    page.run("document.querySelector('#tab-graph').focus()", &[])?;
    page.type_keys("\u{e014}")?;
    until(page, "the matrix", "document.activeElement.id === 'tab-matrix' && document.querySelector('#matrix')")?;
    until(
        page,
        "one tab on the way",
        "document.querySelectorAll('[aria-label=\"Ways to look\"] [tabindex=\"0\"]').length === 1",
    )?;
    whole_legend(page)?;
    page.width(900)?;
    let narrow = whole_legend(page);
    page.screenshot("matrix-900")?;
    page.usual()?;
    narrow?;
    page.type_keys("\u{e010}")?;
    until(page, "the last tab", "document.activeElement.id === 'tab-table'")?;
    page.type_keys("\u{e014}")?;
    until(page, "round to the first one", "document.activeElement.id === 'tab-graph'")?;
    for view in ["Matrix", "Rows", "Table", "Graph"] {
        page.press(view)?;
        page.settle()?;
        let nameless = page.run(NAMELESS, &[])?;
        if nameless != json!([]) {
            return Err(format!("{view}: controls without a name: {nameless}"));
        }
    }
    page.run("document.querySelector('#graph').focus()", &[])?;
    page.type_keys("+")?;
    page.screenshot("picture-by-keys")?;
    let apart = "(() => { const [one, other] = ['#graph', '#graph-keys'].map((name) => document.querySelector(name).getBoundingClientRect()); \
        return other.bottom <= one.top + 0.5 && other.height > 0; })()";
    until(page, "the keys above the picture", apart)
}

/// Buttons, fields, lists, tabs and canvases that nobody can call by a name: it has letters.
const NAMELESS: &str = "const shown = (element) => element.getClientRects().length > 0; \
    const name = (element) => element.getAttribute('aria-label') ?? (element.labels?.length ? [...element.labels].map((label) => label.textContent).join(' ') : null) \
        ?? (element.textContent.trim() || element.title); \
    return [...document.querySelectorAll('button, input, select, summary, canvas, [role=tab], [role=button], [role=switch], [role=separator]')] \
        .filter((element) => shown(element) && !/\\p{L}/u.test(name(element))).map((element) => element.outerHTML.slice(0, 120));";

/// No part of what explains the cells is outside of its column.
fn whole_legend(page: &Page) -> Result<()> {
    let cut = "return (() => { const room = document.querySelector('.matrix').getBoundingClientRect(); \
        const canvas = document.querySelector('#matrix').getBoundingClientRect(); \
        return [...document.querySelectorAll('.matrix .glyph')].filter((glyph) => { const at = glyph.getBoundingClientRect(); \
            return at.right > room.right + 0.5 || at.left < room.left - 0.5 || at.top < room.top - 0.5 || at.bottom > canvas.top + 0.5; }).map((glyph) => glyph.innerText); })()";
    match page.run(cut, &[])? {
        Value::Array(cut) if cut.is_empty() => Ok(()),
        cut => Err(format!("cut off: {cut}")),
    }
}

/// The view of the last visit, the beginning of another example, and code as code.
pub fn looks(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    page.press("Table")?;
    page.open("")?;
    until(
        page,
        "the table of the last visit",
        "document.querySelector('#tab-table').getAttribute('aria-selected') === 'true'",
    )?;
    page.press("Graph")?;
    let long =
        format!("kind: Namespace\napiVersion: v1\nmetadata: {{name: long}}\n{}", "# one more line\n".repeat(400));
    page.load(&[File { name: "long.yaml".into(), text: long }])?;
    page.run("document.querySelector('.cm-scroller').scrollTop = 3000", &[])?;
    until(page, "the text further down", "document.querySelector('.cm-scroller').scrollTop > 2000")?;
    let choose = "const list = document.querySelector('#example'); list.value = arguments[0]; \
        list.dispatchEvent(new Event('change', {bubbles: true}));";
    page.run(choose, &[json!("policy-repairs-acl.yaml")])?;
    until(page, "the beginning of the example", "document.querySelector('.cm-scroller').scrollTop === 0")?;
    page.settle()?;
    click(page, "#pin")?;
    let choose_tracking = "const list = document.querySelector('#tracking'); list.value = 'off'; list.dispatchEvent(new Event('change', {bubbles: true}));";
    page.run(choose_tracking, &[])?;
    page.settle()?;
    until(page, "what is different", "document.querySelectorAll('#pinned li').length > 1")?;
    page.run("document.querySelector('#pinned').open = true", &[])?;
    page.screenshot("pinned")?;
    until(page, "no bare backtick", "!document.querySelector('#pinned').textContent.includes('`')")
}

/// A worker that cannot be loaded is told of, and started anew with the next question.
pub fn lost_worker(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    let once = "const Real = window.Worker; let lost = 0; window.Worker = class extends Real { constructor(script, options) { \
        super(String(script).includes('mend') && lost++ === 0 ? './there-is-no-such-script.js' : script, options); } };";
    page.run(once, &[])?;
    click(page, "#must-connect")?;
    until(page, "what is missing", "document.querySelector('.notice')?.innerText.includes('could not be loaded')")?;
    page.screenshot("lost-worker")?;
    // The browser says that there is no such script, too.
    page.console_errors()?;
    click(page, "#must-connect")?;
    until(page, "a proposal", "document.querySelectorAll('#proposals > li').length >= 2")
}
