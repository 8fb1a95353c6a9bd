//! Standard output and standard error: data goes to one, everything else to the other.
#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use std::io::{self, BufWriter, IsTerminal, Write};

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::AlwaysAnsi,
            Color::Never => Self::Never,
        }
    }
}

/// Which characters the reader's locale can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// UTF-8.
    Unicode,
    /// Nothing beyond ASCII.
    Ascii,
}

impl Script {
    /// The script of the environment: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set decides (`locale(7)`).
    fn of_environment() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") { Self::Unicode } else { Self::Ascii }
    }
}

/// Whether windows can be opened: elsewhere than on X11 and Wayland there is no asking.
#[cfg(feature = "playground")]
fn has_desktop() -> bool {
    let said = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", windows)) || said("DISPLAY") || said("WAYLAND_DISPLAY")
}

/// Both streams. They understand colours, and leave them out where nobody would see them.
pub(crate) struct Console {
    out: BufWriter<Box<dyn Write>>,
    err: Box<dyn Write>,
    /// Which characters may be used.
    pub(crate) script: Script,
    /// Whether somebody watches standard error.
    pub(crate) watched: bool,
    /// Whether somebody watches standard output.
    pub(crate) displayed: bool,
    /// Whether somebody can be asked: there is a terminal to write a question to, and one to read the answer from.
    pub(crate) answers: bool,
    /// Whether there is a desktop, with a browser that could be opened.
    #[cfg(feature = "playground")]
    pub(crate) desktop: bool,
}

impl Console {
    /// The streams of this process.
    pub(crate) fn open(color: Color) -> Self {
        let out = AutoStream::new(io::stdout(), color.into());
        let err = AutoStream::new(io::stderr(), color.into());
        Self {
            out: BufWriter::with_capacity(1 << 16, Box::new(out)),
            err: Box::new(err),
            script: Script::of_environment(),
            watched: io::stderr().is_terminal(),
            displayed: io::stdout().is_terminal(),
            answers: io::stdin().is_terminal() && io::stderr().is_terminal(),
            #[cfg(feature = "playground")]
            desktop: has_desktop(),
        }
    }

    /// Writes data. A reader who has gone away wants no more of it: that is no error.
    pub(crate) fn print(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match write(&mut self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Writes everything else. Where not even that can be written, there is nobody to tell.
    pub(crate) fn report(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let _ = write(&mut self.err).and_then(|()| self.err.flush());
    }

    /// Asks a question; everything but `yes` and `y` is a no.
    pub(crate) fn ask(&mut self, question: &str) -> bool {
        self.report(|err| write!(err, "{question} [y/N] "));
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).is_ok();
        read && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// One line about what went wrong.
    pub(crate) fn complain(&mut self, message: &str) {
        self.report(|err| writeln!(err, "{}error{}: {message}", crate::render::ERROR, anstyle::Reset));
    }
}
