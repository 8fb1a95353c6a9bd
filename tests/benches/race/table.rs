//! A table of figures, with what has to be known to read them.

use std::fmt;

/// A table in Markdown.
#[derive(Debug, Clone, Default)]
pub struct Table {
    title: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// An empty one.
    pub fn new(title: &str, heads: &[&str]) -> Self {
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        Self { title: title.to_owned(), heads, ..Self::default() }
    }

    /// One row more.
    pub fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        assert_eq!(CELLS, self.heads.len(), "{cells:?}");
        self.rows.push(cells.into());
    }

    /// What has to be known of the figures.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        writeln!(out, "### {}\n\n{}", self.title, line(&self.heads))?;
        writeln!(out, "|{}", "---|".repeat(self.heads.len()))?;
        self.rows.iter().try_for_each(|cells| writeln!(out, "{}", line(cells)))?;
        writeln!(out)?;
        self.notes.iter().try_for_each(|note| writeln!(out, "* {note}"))
    }
}
