//! How the page looks.

/// How the answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Boxes and lines.
    #[default]
    Graph,
    /// Rows and columns.
    Matrix,
    /// The rows of OVN.
    Rows,
    /// Every pair as a line of a table.
    Table,
}

impl View {
    /// All of them, in the order of their tabs.
    pub const ALL: [Self; 4] = [Self::Graph, Self::Matrix, Self::Rows, Self::Table];

    /// Its name, also in the page's storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Matrix => "matrix",
            Self::Rows => "rows",
            Self::Table => "table",
        }
    }

    /// The view of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// What stands on the tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Graph => "Graph",
            Self::Matrix => "Matrix",
            Self::Rows => "Rows",
            Self::Table => "Table",
        }
    }
}

/// Which of two columns a narrow screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The answer.
    #[default]
    Picture,
    /// The texts.
    Text,
}

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has them.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The next one, for a button that goes round.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    /// Its name, also in the page's storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub fn named(name: &str) -> Self {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}
