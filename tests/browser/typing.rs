//! What somebody sees who is typing: a text that cannot be read claims nothing.

use super::page::{File, Page};
use super::walk::{Result, click, forget, until};

/// To the end of the text, in a line of its own.
const AT_END: &str = "\u{e009}\u{e010}\u{e000}\u{e007}";

/// While the text cannot be read, the picture is that of the last one that could, and says so.
pub fn half_a_text(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    let before = page.table()?;
    page.run("document.querySelector('.cm-content').focus()", &[])?;
    page.type_keys(&format!("{AT_END}---\u{e007}a: b: c"))?;
    until(page, "what is shown", "document.querySelector('#unread')?.innerText.includes('last text that could be')")?;
    page.settle()?;
    if page.table()? != before {
        return Err("what was shown is gone".to_owned());
    }
    until(page, "the answer dimmed", "Number(getComputedStyle(document.querySelector('.picture')).opacity) < 1")?;
    until(page, "the claims marked", "document.querySelector('.claims summary').innerText.includes('last text')")?;
    until(page, "no line lit", "!document.querySelector('.cm-line.rf-lit')")?;
    page.screenshot("half-a-text")?;
    // The other direction of the pair is explained by the same text.
    page.run("document.querySelector('#why button[title=\"the other direction\"]').click()", &[])?;
    until(page, "the pair turned", "document.querySelector('#why .verdict')?.innerText === 'closed'")?;
    click(page, "#must-connect")?;
    until(page, "no proposal", "document.querySelector('.notice')?.innerText.includes('cannot be read')")?;
    page.run("document.querySelector('.cm-content').focus()", &[])?;
    page.type_keys(&"\u{e003}".repeat("a: b: c".len()))?;
    until(page, "everything of now", "!document.querySelector('#unread') && !document.querySelector('.held')")?;
    page.settle()?;
    if page.table()? != before {
        return Err("the text is as it was, and what is shown is not".to_owned());
    }
    // A text that could not be read from the beginning has none before it.
    page.load(&[File { name: "half.yaml".into(), text: "kind: Subnet\nspec: [\n".into() }])?;
    until(page, "the warning", "document.querySelector('#unread')?.innerText.includes('more open')")?;
    until(page, "nothing held", "!document.querySelector('.held')")
}
