//! What may happen, and what the browser has to do about it.

use super::{Side, View};
use crate::gallery::Example;
use crate::protocol::{Answer, Ask, Edit, File, Intent, Tracking, Worker};
use crate::share::Link;

/// What may happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Somebody typed into the editor.
    Typed(String),
    /// Somebody typed a piece of it.
    Edited {
        /// The first unit that went.
        from: usize,
        /// The first one that stayed.
        to: usize,
        /// What came instead.
        insert: String,
        /// How many units there are now.
        size: usize,
    },
    /// Another tab.
    Switch(usize),
    /// A new tab.
    Add,
    /// A tab goes.
    Close(usize),
    /// A tab gets a name.
    Rename(usize, String),
    /// Files replace all that is there.
    Load(Vec<File>),
    /// The same files, saved anew elsewhere.
    Reload(Vec<File>),
    /// Files come to those that are there.
    Drop(Vec<File>),
    /// An example of the gallery.
    Example(&'static Example),
    /// What a link holds.
    Open(Box<Link>),
    /// Somebody's prediction.
    Guess(bool),
    /// The lesson ends.
    EndLesson,
    /// Another profile.
    Profile(Option<String>),
    /// Another reading.
    Lenient(bool),
    /// Connection tracking.
    Track(Tracking),
    /// Another filter.
    Filter(String),
    /// Closed pairs, too.
    Closed(bool),
    /// A stack opens or closes.
    Unfold(String),
    /// Another way to look.
    View(View),
    /// Another column.
    Side(Side),
    /// A pair is looked at.
    Select(usize, usize),
    /// The other direction of the pair.
    Turn,
    /// Nothing is looked at.
    Deselect,
    /// Only one asker: somebody types who.
    Source(Option<String>),
    /// Only this asker.
    From(usize),
    /// Only one verdict.
    Only(Option<String>),
    /// Compare with what is there now.
    Pin,
    /// Compare no more.
    Unpin,
    /// What was pinned comes back.
    Restore,
    /// What something else took the place of comes back.
    Undo,
    /// That is wanted no more.
    LetGo,
    /// Somebody wants a pair to connect, or not to, on such conversations.
    Want(Intent, String),
    /// A proposal is taken.
    Accept(usize),
    /// A fix is taken.
    Fix(Edit),
    /// Matches are written as OVN prints them.
    Format,
    /// The rows as a script.
    Script,
    /// The picture as a document.
    Svg,
    /// A line of a file is wanted.
    Reveal(usize, usize),
    /// The next colours.
    Theme,
    /// Something is to be said.
    Notice(Option<String>),
    /// An answer came.
    Answered(Answer),
    /// Somebody who answers could not be loaded, or broke down: what was asked stays without an answer.
    Lost(Worker),
}

/// What the browser has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the worker.
    Ask(Ask),
    /// Show the active file in the editor.
    Show,
    /// Read the whole text of the editor: it is not what it should be after what was typed.
    Reread,
    /// Forget what the editor knows of files.
    Forget,
    /// Change the text in the editor, as a step that can be undone.
    Replace(Vec<Edit>),
    /// Put the cursor on a line.
    Reveal(usize),
    /// Light up lines of the active file, and show remarks.
    Remark,
    /// The same, and show findings.
    Annotate,
    /// Light up lines of the active file.
    Light,
    /// From now on this is somebody's own work, no longer what a link holds.
    Own,
    /// Keep what something else took the place of for the next visit, or keep it no more.
    Aside,
    /// Keep the state for the next visit, if it is somebody's own.
    Keep,
    /// Give somebody a file.
    Download(&'static str, String),
    /// Set the colours.
    Colours,
    /// Keep how the page looks for the next visit, whatever it shows.
    Look,
}
