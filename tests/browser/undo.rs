//! Nobody's own work is gone because something else took its place.

use super::page::{File, Page};
use super::walk::{Result, click, forget, until};
use serde_json::json;

const OWN: &str = "kind: Namespace # my own\napiVersion: v1\nmetadata: {name: mine}\n";

fn own(page: &Page) -> Result<()> {
    let more = "kind: Namespace # my other\napiVersion: v1\nmetadata: {name: others}\n";
    page.load(
        &[("own.yaml", OWN), ("more.yaml", more)].map(|(name, text)| File { name: name.into(), text: text.into() }),
    )
}

fn shows(page: &Page, what: &str, text: &str) -> Result<()> {
    until(page, what, &format!("document.querySelector('.cm-content').innerText.includes('{text}')"))
}

/// An example, and a file that is closed: one click takes it back.
pub fn undo(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    own(page)?;
    until(page, "nothing to take back", "!document.querySelector('#former')")?;
    let choose = "const list = document.querySelector('#example'); list.value = arguments[0]; \
        list.dispatchEvent(new Event('change', {bubbles: true}));";
    page.run(choose, &[json!("unparsable-match.yaml")])?;
    until(page, "what took its place", "document.querySelector('#former')?.innerText.includes('example')")?;
    page.screenshot("undo")?;
    click(page, "#former-back")?;
    shows(page, "the own text", "# my own")?;
    until(page, "both tabs", "document.querySelectorAll('.files .file').length === 2")?;
    until(page, "nothing more to take back", "!document.querySelector('#former')")?;
    page.press("close own.yaml")?;
    until(page, "one tab", "document.querySelectorAll('.files .file').length === 1")?;
    until(page, "what is closed", "document.querySelector('#former code')?.innerText === 'own.yaml'")?;
    click(page, "#former-back")?;
    shows(page, "the closed text", "# my own")
}

/// Somebody else's link, and a key: the own work is set aside, also for the next visit.
pub fn aside(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    page.load(&[File { name: "linked.yaml".into(), text: "kind: Namespace # linked\n".into() }])?;
    click(page, "#share")?;
    let hash = page.run("return location.hash", &[])?.as_str().unwrap_or_default().to_owned();
    forget(page)?;
    page.open("")?;
    own(page)?;
    page.open(&hash)?;
    shows(page, "what the link holds", "# linked")?;
    until(page, "where the own text is", "document.querySelector('#former')?.innerText.includes('own text is kept')")?;
    page.run("document.querySelector('.cm-content').focus()", &[])?;
    page.type_keys("# changed\u{e007}")?;
    until(page, "no link in the address", "!location.hash")?;
    page.settle()?;
    page.open("")?;
    shows(page, "the changed text", "# changed")?;
    page.screenshot("aside")?;
    click(page, "#former-back")?;
    shows(page, "the own text", "# my own")?;
    page.open("")?;
    shows(page, "the own text of the last visit", "# my own")?;
    page.press("close, and let the text from before go")?;
    page.open("")?;
    until(page, "nothing aside", "!document.querySelector('#former')")
}
