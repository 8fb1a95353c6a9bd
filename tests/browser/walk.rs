//! What people do on the page, from beginning to end.

use super::page::{File, Page};
use super::program;
use crate::browser::site::Site;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(super) type Result<T> = std::result::Result<T, String>;

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until an expression of the page is true.
pub(super) fn until(page: &Page, what: &str, expression: &str) -> Result<()> {
    let begin = Instant::now();
    let script = format!("return Boolean({expression})");
    while begin.elapsed() < PATIENCE {
        if page.run(&script, &[])? == Value::Bool(true) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let seen = page.run("return document.body.innerText.slice(0, 3000)", &[])?;
    Err(format!("not seen: {what}\n{}", seen.as_str().unwrap_or_default()))
}

pub(super) fn click(page: &Page, selector: &str) -> Result<()> {
    let script = "const found = document.querySelector(arguments[0]); found?.click(); return Boolean(found)";
    match page.run(script, &[json!(selector)])? {
        Value::Bool(true) => page.settle(),
        _ => Err(format!("there is no `{selector}`")),
    }
}

pub(super) fn forget(page: &Page) -> Result<()> {
    // What the page has not kept yet it would keep when it is left.
    page.run("dispatchEvent(new Event('pagehide'))", &[])?;
    page.run("localStorage.clear()", &[]).map(drop)
}

/// The first visit: one line of the picture is explained, and one claim is false.
pub fn first_visit(page: &Page) -> Result<()> {
    page.open("")?;
    forget(page)?;
    page.open("")?;
    until(page, "the answer that is dropped", "document.querySelector('#why .verdict')?.innerText === 'one-way'")?;
    until(page, "one claim that is false", "document.querySelectorAll('#claims .fails').length === 1")?;
    until(page, "the row that does it, lit", "document.querySelectorAll('.cm-line.rf-lit').length === 1")?;
    click(page, "#guess-yes")?;
    until(page, "what is so", "document.querySelector('#told')")?;
    click(page, "#next-lesson")?;
    until(page, "the next lesson", "document.querySelector('.lesson h2')?.innerText.includes('4 of 15')")
}

/// A mistake while typing is underlined, and one click mends it.
pub fn mistake_and_fix(page: &Page) -> Result<()> {
    let rules = "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n    - {direction: to-lport, priority: 7, match: tcp.dst = 80, action: drop}\n";
    page.load(&[File { name: "a.yaml".into(), text: rules.into() }])?;
    until(page, "an underlined error", "document.querySelector('.cm-lintRange-error')")?;
    page.screenshot("mistake")?;
    click(page, "#findings .fix")?;
    until(page, "the text mended", "document.querySelector('.cm-content').innerText.includes('tcp.dst == 80')")?;
    until(page, "no error", "!document.querySelector('#findings .error')")?;
    page.press("undo")?;
    until(page, "the text as it was", "document.querySelector('.cm-content').innerText.includes('tcp.dst = 80')")
}

/// A wish is granted: a proposal, its differences, and the answer afterwards.
pub fn wish(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    click(page, "#must-connect")?;
    until(page, "a proposal", "document.querySelectorAll('#proposals > li').length >= 2")?;
    page.screenshot("wish")?;
    click(page, "#proposals .accept")?;
    until(page, "the row in the text", "document.querySelector('.cm-content').innerText.includes('allow-related')")?;
    until(page, "the pair open", "document.querySelector('#why .verdict')?.innerText === 'open'")?;
    until(page, "what is gained", "document.querySelector('#pinned .gained')")?;
    let told = page.run("return document.querySelector('#pinned').textContent", &[])?;
    let told = told.as_str().unwrap_or_default();
    if !told.contains("+6") || !told.contains("6 pairs with connections gained, 0 pairs with connections lost") {
        return Err(format!("before and after: {told}"));
    }
    let marked = "document.querySelectorAll('#graph .line.gained .badge').length === 6";
    until(page, "six lines gained in the picture", marked)?;
    page.screenshot("before-and-after")?;
    let lines =
        page.run("return [...document.querySelectorAll('#reach-table tr[data-verdict=one-way]')].length", &[])?;
    if lines == json!(0) { Ok(()) } else { Err(format!("{lines} pairs are one-way still")) }
}

/// What is typed in a match is completed: a machine by its name, which writes its address.
pub fn completion(page: &Page) -> Result<()> {
    let rules = "kind: Inventory\napiVersion: ringfence/v1\nvms:\n- {name: vm1, address: 10.0.0.2, subnet: s}\n---\nkind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n  - action: drop\n    direction: to-lport\n    priority: 7\n    match: ip4.dst == ";
    page.load(&[File { name: "a.yaml".into(), text: rules.into() }])?;
    page.run("document.querySelector('.cm-content').focus()", &[])?;
    page.type_keys("\u{e009}\u{e010}\u{e000}vm")?;
    until(
        page,
        "the machine",
        "document.querySelector('.cm-tooltip-autocomplete [aria-selected]')?.innerText.includes('default/vm1')",
    )?;
    page.screenshot("completion")?;
    // A list that has just opened takes no key yet, so that nobody takes what is not wanted.
    std::thread::sleep(Duration::from_millis(150));
    page.type_keys("\u{e007}")?;
    until(
        page,
        "its address",
        "document.querySelector('.cm-content').innerText.includes('match: ip4.dst == 10.0.0.2')",
    )?;
    page.settle()
}

/// The switch of connection tracking shows what one row changes.
pub fn tracking(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    click(page, "#stateful")?;
    until(page, "the pair open", "document.querySelector('#why .verdict')?.innerText === 'open'")?;
    click(page, "#stateful")?;
    until(page, "the pair one-way", "document.querySelector('#why .verdict')?.innerText === 'one-way'")
}

/// A link holds everything, and a broken one says so and leaves the text alone.
pub fn link(page: &Page) -> Result<()> {
    let rules = "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: linked}\nspec: {cidrBlock: 10.9.0.0/24}\n";
    page.load(&[File { name: "linked.yaml".into(), text: rules.into() }])?;
    let before = page.table()?;
    click(page, "#share")?;
    let hash = page.run("return location.hash", &[])?.as_str().unwrap_or_default().to_owned();
    if !hash.starts_with("#v1.") {
        return Err(format!("no link in the address: `{hash}`"));
    }
    // Somebody else's browser, with work of its own.
    page.load(&[File { name: "own.yaml".into(), text: "kind: Subnet # my own\n".into() }])?;
    page.open(&hash)?;
    if page.table()? != before {
        return Err("the link shows something else".to_owned());
    }
    let cut: String = hash.chars().take(hash.len() / 2).collect();
    page.open(&cut)?;
    until(page, "a word on the broken link", "document.querySelector('.notice')?.innerText.includes('cut short')")?;
    page.open("#v99.abc")?;
    until(page, "a word on the future", "document.querySelector('.notice')?.innerText.includes('v99')")?;
    until(page, "the own text", "document.querySelector('.cm-content').innerText.includes('# my own')")
}

/// Everything by keys: two boxes chosen, their pair explained; a cell of the matrix explained.
pub fn keys(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    page.run("document.querySelectorAll('#graph .node')[1].focus()", &[])?;
    page.type_keys("\u{e007}")?;
    until(page, "who asks", "document.querySelector('.hint')?.innerText.includes('asks')")?;
    page.run("document.querySelectorAll('#graph .node')[2].focus()", &[])?;
    page.type_keys("\u{e007}")?;
    until(page, "the pair", "document.querySelector('#why h2')?.innerText.includes('default/vm2 → default/vm3')")?;
    page.run("document.querySelectorAll('#graph .node')[0].focus()", &[])?;
    // The box goes to the right, the picture grows, the view goes back.
    page.type_keys("\u{e008}\u{e014}\u{e000}+")?;
    until(
        page,
        "the box moved",
        "document.querySelector('#graph .node').getAttribute('transform') === 'translate(16 0)'",
    )?;
    page.screenshot("keys")?;
    page.type_keys("0")?;
    until(
        page,
        "the box back",
        "document.querySelector('#graph .node').getAttribute('transform') === 'translate(0 0)'",
    )?;
    page.run("document.querySelector('.divider').focus()", &[])?;
    page.type_keys("\u{e014}")?;
    until(page, "more room for the text", "document.querySelector('.divider').getAttribute('aria-valuenow') === '44'")?;
    page.press("Matrix")?;
    until(page, "the matrix", "document.querySelector('#matrix')")?;
    page.run("document.querySelector('#matrix').focus()", &[])?;
    page.type_keys("\u{e015}\u{e015}\u{e007}")?;
    until(
        page,
        "the cell explained",
        "document.querySelector('#why h2')?.innerText.includes('default/vm3 → default/vm2')",
    )?;
    page.screenshot("matrix")?;
    page.press("Rows")?;
    until(page, "the rows", "document.querySelectorAll('#rows tr').length > 3")?;
    page.screenshot("rows")?;
    page.press("Graph")
}

/// A row said in plain words goes into the text; a row of the text is changed where it stands.
pub fn form(page: &Page) -> Result<()> {
    forget(page)?;
    page.open("")?;
    page.press("Rows")?;
    until(page, "the form", "document.querySelector('#form')")?;
    let fill = "const [who, whom] = document.querySelectorAll('#form input'); \
        for (const [field, value] of [[who, '172.20.10.3'], [whom, '172.20.10.4']]) { \
        field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})); }";
    page.run(fill, &[])?;
    until(
        page,
        "the match",
        "document.querySelector('#form-match').value === 'ip4.src == 172.20.10.3 && ip4.dst == 172.20.10.4'",
    )?;
    click(page, "#form-insert")?;
    until(page, "the row in the text", "document.querySelector('.cm-content').innerText.includes('172.20.10.4')")?;
    // The row of the example, which came second, is picked: its match fills the fields.
    page.run("[...document.querySelectorAll('#rows tr')].find((row) => row.innerText.includes('1005')).querySelector('td:last-child button').click()", &[])?;
    until(page, "the row in the form", "document.querySelectorAll('#form input')[1].value === '172.20.10.2'")?;
    page.screenshot("form")?;
    let say = "const [selector, value] = arguments; const field = document.querySelector(selector); \
        field.value = value; field.dispatchEvent(new Event('input', {bubbles: true}));";
    page.run(say, &[json!("#form-priority"), json!("2005")])?;
    page.run(say, &[json!("#form-match"), json!("ip4.dst == 172.20.10.2 && tcp.dst == 22")])?;
    until(page, "its port in the fields", "document.querySelectorAll('#form input')[2].value === '22'")?;
    let text = "return document.querySelector('.cm-content').innerText";
    let lines = |page: &Page| page.run(text, &[]).map(|text| text.as_str().unwrap_or_default().lines().count());
    let before = lines(page)?;
    click(page, "#form-change")?;
    let changed = "match: ip4.dst == 172.20.10.2 && tcp.dst == 22";
    until(page, "the row changed", &format!("document.querySelector('.cm-content').innerText.includes('{changed}')"))?;
    until(page, "its priority", "document.querySelector('.cm-content').innerText.includes('priority: 2005')")?;
    if lines(page)? != before {
        return Err("the row was added, not changed".to_owned());
    }
    page.press("undo")?;
    until(page, "the row as it was", "document.querySelector('.cm-content').innerText.includes('priority: 1005')")?;
    page.press("Graph")
}

/// What is downloaded is what the command line writes of the same files: texts, rows, picture; and the picture as pixels.
pub fn downloads(page: &Page) -> Result<()> {
    let rules = "kind: Subnet\napiVersion: kubeovn.io/v1\nmetadata: {name: s}\nspec:\n  cidrBlock: 10.0.0.0/24\n  acls:\n  - {action: drop, direction: to-lport, priority: 7, match: 'ip4.dst == 10.0.0.2 && tcp.dst == {22, 80}'}\n";
    let machines = "kind: Inventory\napiVersion: ringfence/v1\nvms:\n- {name: vm1, address: 10.0.0.2}\n- {name: vm2, address: 10.0.0.3, labels: {app: db}}\n---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: db}\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress: [{from: [{podSelector: {}}], ports: [{port: 5432}]}]\n";
    let files = [("rules.yaml", rules), ("machines.yaml", machines)];
    let files = files.map(|(name, text)| File { name: name.into(), text: text.into() });
    page.load(&files)?;
    page.press("Graph")?;
    let saved = |name: &str, button: &str| {
        page.press("Download")?;
        page.saved(name, || page.press(button))
    };
    let script = program::said(&["compile", "-o", "nbctl"], &files)?;
    let svg = program::said(&["reach", "-o", "svg"], &files)?;
    for (name, button, wanted) in [
        ("machines.yaml", "YAML", machines),
        ("ringfence.sh", "Rows as an ovn-nbctl script", script.as_str()),
        ("ringfence.svg", "Picture as SVG", svg.as_str()),
    ] {
        if saved(name, button)? != wanted.as_bytes() {
            return Err(format!("{name} is not what the program writes"));
        }
    }
    let picture = saved("ringfence.png", "Picture as PNG")?;
    let side =
        |at: usize| picture.get(at..at + 4).map(|bytes| bytes.iter().fold(0, |sum, byte| sum * 256 + u32::from(*byte)));
    // Its header tells how wide and how high it is.
    let (is_picture, sides) = (picture.starts_with(b"\x89PNG"), [side(16), side(20)]);
    if is_picture && sides.iter().all(|side| side.is_some_and(|side| side > 200)) {
        Ok(())
    } else {
        Err(format!("no picture, or a small one: {sides:?}"))
    }
}

/// Whatever is pasted, the page stays alive and keeps the text, also when it is opened again.
pub fn anything(page: &Page) -> Result<()> {
    let large: String = "- {a: 1, b: [x, y], c: \"z\"}\n".repeat(180_000);
    for (name, text) in [
        ("binary", "\u{1}\u{2}\u{fffd}\u{0}PK"),
        ("half", "kind: Subnet\nspec:\n  acls:\n  - {"),
        ("large", large.as_str()),
    ] {
        page.load(&[File { name: format!("{name}.yaml"), text: text.to_owned() }])
            .map_err(|error| format!("{name}: {error}"))?;
    }
    let kept = "kind: Subnet # kept\n";
    page.load(&[File { name: "kept.yaml".into(), text: kept.into() }])?;
    page.open("")?;
    until(page, "the text of the last visit", "document.querySelector('.cm-content').innerText.includes('# kept')")
}

/// After the first visit the page opens with nobody there to serve it.
pub fn offline(page: &Page) -> Result<()> {
    let site = Site::open();
    let address = site.address.clone();
    page.open_at(&address)?;
    let kept = "return navigator.serviceWorker.ready.then(() => caches.keys())\
        .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))\
        .then((found) => found.flat().length)";
    let begin = Instant::now();
    while page.run(kept, &[])?.as_u64().is_none_or(|count| count < 9) {
        if begin.elapsed() > PATIENCE {
            return Err("the page keeps none of its files".to_owned());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let before = page.table()?;
    drop(site);
    let host = address.trim_start_matches("http://").split('/').next().unwrap_or_default();
    if std::net::TcpStream::connect(host).is_ok() {
        return Err("the server is still there".to_owned());
    }
    page.open_at(&address)?;
    let after = page.table()?;
    page.console_errors()?;
    if after.is_empty() || after != before { Err(format!("without a server: {after:?}")) } else { Ok(()) }
}

/// Another page with the tag: nothing is loaded before the click, then the frame answers.
pub fn embedded(page: &Page, site: &Site) -> Result<()> {
    let visit = |address: &str| page.visit(&format!("{}{address}", site.address));
    visit("embedding/plain.html")?;
    until(page, "the tag", "customElements.get('ring-fence') && document.querySelector('ring-fence').shadowRoot")?;
    let frames = "document.querySelector('ring-fence').shadowRoot.querySelectorAll('iframe').length";
    until(page, "no frame yet", &format!("{frames} === 0"))?;
    page.run("document.querySelector('ring-fence').shadowRoot.querySelector('button').click()", &[])?;
    until(
        page,
        "the frame with its answer",
        "document.querySelector('ring-fence').shadowRoot.querySelector('iframe')?.contentDocument?.documentElement?.dataset.ringfence === 'ready'",
    )?;
    let inner = "return document.querySelector('ring-fence').shadowRoot.querySelector('iframe').contentDocument.querySelectorAll('#reach-table tr[data-from]').length";
    let lines = page.run(inner, &[])?;
    page.screenshot("embedded")?;
    if lines.as_u64().is_some_and(|lines| lines > 0) { Ok(()) } else { Err("the frame shows nobody".to_owned()) }
}
