//! What is known of a running keeper: numbers for Prometheus, and whether it lives and is ready.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A loop that has not turned for so long hangs.
const LIFE: Duration = Duration::from_secs(300);

type Labels = Vec<(String, String)>;

/// What is known of a running keeper.
pub(crate) struct Status {
    registry: Registry,
    beat: Mutex<Instant>,
    ready: AtomicBool,
    /// Whether this replica acts.
    pub(crate) leader: Gauge,
    /// Whether the database was seen to hold what is wanted.
    pub(crate) synced: Gauge,
    /// Whether a guard rail, or something that is not known, keeps it from writing.
    pub(crate) blocked: Gauge,
    /// How many rows are wanted.
    pub(crate) wanted: Gauge,
    /// Rows that were written, by what became of them.
    pub(crate) rows: Family<Labels, Counter>,
    /// Transactions.
    pub(crate) applies: Counter,
    /// Those for which nothing that is wanted had changed: somebody else had.
    pub(crate) repairs: Counter,
    /// What went wrong.
    pub(crate) errors: Counter,
    /// Lists that were read from their beginning.
    pub(crate) lists: Counter,
}

impl Status {
    pub(crate) fn new() -> Self {
        let mut status = Self {
            registry: Registry::with_prefix("ringfence"),
            beat: Mutex::new(Instant::now()),
            ready: AtomicBool::new(false),
            leader: Gauge::default(),
            synced: Gauge::default(),
            blocked: Gauge::default(),
            wanted: Gauge::default(),
            rows: Family::default(),
            applies: Counter::default(),
            repairs: Counter::default(),
            errors: Counter::default(),
            lists: Counter::default(),
        };
        let registry = &mut status.registry;
        registry.register("leader", "Whether this replica acts", status.leader.clone());
        registry.register("synced", "Whether the database was seen to hold what is wanted", status.synced.clone());
        registry.register("blocked", "Whether something keeps it from writing", status.blocked.clone());
        registry.register("wanted_rows", "Rows that are wanted", status.wanted.clone());
        registry.register("rows", "Rows that were written, by what became of them", status.rows.clone());
        registry.register("applies", "Transactions that wrote something", status.applies.clone());
        registry.register(
            "repairs",
            "Transactions that put back what somebody else had changed",
            status.repairs.clone(),
        );
        registry.register("errors", "What went wrong", status.errors.clone());
        registry.register("lists", "Kinds of objects that were read from their beginning", status.lists.clone());
        status
    }

    /// The loop turns.
    pub(crate) fn beat(&self) {
        if let Ok(mut beat) = self.beat.lock() {
            *beat = Instant::now();
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.beat.lock().is_ok_and(|beat| beat.elapsed() < LIFE)
    }

    /// Whether all of the cluster and the database is known.
    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && self.is_alive()
    }

    /// In the words of Prometheus.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // A String takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
