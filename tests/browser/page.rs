//! The page, as a person has it: opened, pressed, read, photographed.

use super::driver::Driver;
use super::request::Request;
use super::site::Site;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long the page may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// As root, in a machine without a display, and asking nobody for anything.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A file of the editor.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// A browser with one page.
pub struct Page {
    client: Client,
    runtime: Runtime,
    address: String,
    open: Cell<bool>,
    _driver: Driver,
    profile: TempDir,
}

/// What went wrong, in words.
type Result<T> = std::result::Result<T, String>;

impl Page {
    /// A fresh browser; nothing is opened yet.
    pub fn new(site: &Site) -> Self {
        let (driver, profile) = (Driver::start(), tempfile::tempdir().expect("a folder"));
        let flags = FLAGS.map(str::to_owned).into_iter();
        let flags: Vec<String> = flags
            .chain([format!("--user-data-dir={}", profile.path().display()), "--window-size=1280,800".into()])
            .collect();
        let capabilities = Map::from_iter([
            ("goog:chromeOptions".to_owned(), json!({"args": flags})),
            ("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"})),
        ]);
        let runtime = Runtime::new().expect("threads");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = runtime
            .block_on(builder.capabilities(capabilities).connect(&driver.address))
            .expect("chromedriver opens chromium");
        let address = site.address.clone();
        Self { client, runtime, address, open: Cell::new(false), _driver: driver, profile }
    }

    /// Whether something was opened before.
    pub fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Opens the page with a fragment, and waits for its first answer.
    pub fn open(&self, fragment: &str) -> Result<()> {
        self.open_below("", fragment)
    }

    /// Opens the page where another site has it.
    pub fn open_at(&self, address: &str) -> Result<()> {
        self.go("about:blank")?;
        self.go(address)?;
        self.settle()
    }

    /// Opens the page at a path of the site.
    pub fn open_below(&self, path: &str, fragment: &str) -> Result<()> {
        // From a page of nothing: another fragment alone would load nothing.
        self.go("about:blank")?;
        self.go(&format!("{}{path}{fragment}", self.address))?;
        self.settle()?;
        self.open.set(true);
        Ok(())
    }

    fn go(&self, address: &str) -> Result<()> {
        self.runtime.block_on(self.client.goto(address)).map_err(|error| format!("{address}: {error}"))
    }

    /// Goes somewhere that is no page of ours.
    pub fn visit(&self, address: &str) -> Result<()> {
        self.open.set(false);
        self.go(address)
    }

    /// Waits until the answer to the current text is shown.
    pub fn settle(&self) -> Result<()> {
        let begin = Instant::now();
        loop {
            let state = self.run("return document.documentElement?.dataset.ringfence || null", &[])?;
            if state == "ready" {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                let errors = self.console_errors()?.join("\n");
                return Err(format!("the page is {state} after {} s\n{errors}", PATIENCE.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Replaces the files, and waits for the answer.
    pub fn load(&self, files: &[File]) -> Result<()> {
        let files: Vec<Value> = files.iter().map(|File { name, text }| json!({"name": name, "text": text})).collect();
        // The page says `ready` of the former files still; it has to say so anew.
        let script = "document.documentElement.dataset.ringfence = 'asked'; window.ringfence.load(arguments[0])";
        self.run(script, &[files.into()])?;
        self.settle()
    }

    /// From, to and verdict of every line of the table, sorted.
    pub fn table(&self) -> Result<Vec<[String; 3]>> {
        let script = "return [...document.querySelectorAll('#reach-table tr[data-from]')]\
            .map((line) => [line.dataset.from, line.dataset.to, line.dataset.verdict])";
        let lines = self.run(script, &[])?;
        let mut lines: Vec<[String; 3]> = serde_json::from_value(lines).map_err(|error| error.to_string())?;
        lines.sort();
        Ok(lines)
    }

    /// Presses the button that bears these words, or is called so for those who do not see it.
    pub fn press(&self, words: &str) -> Result<()> {
        let path = format!(
            "//*[self::button or @role='button' or self::summary or self::a][normalize-space()='{words}' or @aria-label='{words}']"
        );
        let press = async { self.client.find(Locator::XPath(&path)).await?.click().await };
        self.runtime.block_on(press).map_err(|error| format!("press `{words}`: {error}"))
    }

    /// Types into whatever has the focus.
    pub fn type_keys(&self, keys: &str) -> Result<()> {
        let typed = async { self.client.active_element().await?.send_keys(keys).await };
        self.runtime.block_on(typed).map_err(|error| format!("type `{keys}`: {error}"))
    }

    /// Takes a picture for people to look at.
    pub fn screenshot(&self, name: &str) -> Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let picture = self.runtime.block_on(self.client.screenshot()).map_err(|error| error.to_string())?;
        std::fs::write(folder.join(format!("{name}.png")), picture).map_err(|error| error.to_string())
    }

    /// What the browser saves as a file of this name once something is done.
    pub fn saved(&self, name: &str, act: impl FnOnce() -> Result<()>) -> Result<Vec<u8>> {
        let folder = self.profile.path().join("saved");
        let path = folder.join(name);
        // What an earlier test saved is no answer.
        let _ = std::fs::remove_file(&path);
        let behaviour = json!({"behavior": "allow", "downloadPath": folder.display().to_string()});
        self.emulate("Browser.setDownloadBehavior", behaviour)?;
        act()?;
        let begin = Instant::now();
        // It has its name when all of it is there.
        while !path.exists() {
            if begin.elapsed() > PATIENCE {
                return Err(format!("the browser saved no `{name}`"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        std::fs::read(&path).map_err(|error| format!("{name}: {error}"))
    }

    /// What the console complains of since it was last asked.
    pub fn console_errors(&self) -> Result<Vec<String>> {
        let log = self.ask(Request::new("se/log", json!({"type": "browser"})))?;
        let lines = log.as_array().ok_or("the log is no list")?;
        let severe = lines.iter().filter(|line| line["level"] == "SEVERE");
        Ok(severe.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// The numbers that the page keeps about itself; nothing where it keeps none.
    pub fn timing(&self) -> Result<Value> {
        self.run("return window.ringfence.timing ?? null", &[])
    }

    /// For how many seconds a processor was busy with the page's own thread so far, by what it was busy with.
    pub fn busy(&self) -> Result<[(&'static str, f64); 3]> {
        let asked = |command: &str, parameters: Value| {
            self.ask(Request::new("goog/cdp/execute", json!({"cmd": command, "params": parameters})))
        };
        // Ticks of the thread: what others do on the machine meanwhile does not count.
        asked("Performance.enable", json!({"timeDomain": "threadTicks"}))?;
        let metrics = asked("Performance.getMetrics", json!({}))?;
        let metrics = metrics["metrics"].as_array().cloned().unwrap_or_default();
        let of = |name: &'static str| {
            let found = metrics.iter().find(|metric| metric["name"] == name);
            (name, found.and_then(|metric| metric["value"].as_f64()).unwrap_or(f64::NAN))
        };
        Ok(["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"].map(of))
    }

    /// In the dark.
    pub fn dark(&self) -> Result<()> {
        let features = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
        self.emulate("Emulation.setEmulatedMedia", json!({"features": features}))
    }

    /// On a narrow screen.
    pub fn width(&self, pixels: u32) -> Result<()> {
        let screen = json!({"width": pixels, "height": 800, "deviceScaleFactor": 2, "mobile": true});
        self.emulate("Emulation.setDeviceMetricsOverride", screen)
    }

    /// Back to light and wide.
    pub fn usual(&self) -> Result<()> {
        self.emulate("Emulation.setEmulatedMedia", json!({"features": []}))?;
        self.emulate("Emulation.clearDeviceMetricsOverride", json!({}))
    }

    /// By how many pixels the page is wider than its window.
    pub fn overflow(&self) -> Result<i64> {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.run(script, &[])?.as_i64().ok_or_else(|| "no width".to_owned())
    }

    /// Runs a script in the page, for what has no name here yet.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let run = self.client.execute(script, arguments.to_vec());
        self.runtime.block_on(run).map_err(|error| error.to_string())
    }

    /// The value of an expression, asked for as a debugger does: next to nothing is run in the page for it.
    pub fn peek(&self, expression: &str) -> Result<Value> {
        let parameters = json!({"expression": expression, "returnByValue": true});
        let request = Request::new("goog/cdp/execute", json!({"cmd": "Runtime.evaluate", "params": parameters}));
        Ok(self.ask(request)?["result"]["value"].clone())
    }

    fn emulate(&self, command: &str, parameters: Value) -> Result<()> {
        self.ask(Request::new("goog/cdp/execute", json!({"cmd": command, "params": parameters}))).map(drop)
    }

    fn ask(&self, request: Request) -> Result<Value> {
        self.runtime.block_on(self.client.issue_cmd(request)).map_err(|error| error.to_string())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Otherwise chromium would outlive its driver.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}
