//! A plan on its way: read the world, send the transaction, know what became of it, wait for its effect.

use crate::history::History;
use crate::moment::now;
use crate::plan::Plan;
use crate::tables::{GLOBAL, tables};
use crate::transaction::Strictness;
use ringfence_northbound::row::integer;
use ringfence_ovsdb::{Client, Operation, Row, Snapshot, TransactError};
use serde_json::json;
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, sleep};

/// What became of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was carried out; wait for this number of `nb_cfg`.
    Done(i64),
    /// Nothing was written: the world has moved since the plan was made.
    Moved,
}

/// Why a plan was not carried out, or nobody knows.
#[derive(Debug, Error)]
pub enum SendError {
    /// The server refused it for another reason than that the world has moved.
    #[error("{0}; nothing was written")]
    Refused(TransactError),
    /// The server only reads.
    #[error(
        "the server takes no writes, and nothing was written ({0}): it stands by for another one, whose endpoint `--nb` should \
         name, or only reads at this one; `ovs-appctl ovsdb-server/sync-status` tells"
    )]
    ReadOnly(String),
    /// The server cannot keep it.
    #[error(
        "the server cannot write its file, and nothing was written ({0}): make room on its disk, or mend it, and apply again"
    )]
    Unkept(String),
    /// A cluster of servers would be given too much at once.
    #[error(
        "what has to be one transaction takes {bytes} bytes, and a cluster of servers is given {limit} at once: write it in \
         parts, as several policy sets, or allow more with `--largest BYTES`, up to what its election timer bears"
    )]
    TooLarge {
        /// How much it is.
        bytes: usize,
        /// How much may be.
        limit: usize,
    },
    /// The connection was lost, and reading back did not succeed either.
    #[error(
        "the connection was lost after sending, and nobody answers who could tell what became of it: {0}; `ringfence verify` tells as soon as the database is there again"
    )]
    Unknown(TransactError),
}

impl SendError {
    /// What a refusal means (`ovsdb/execution.c`, `ovsdb/log.c`).
    fn of(error: TransactError) -> Self {
        match error {
            TransactError::Refused { error, details, .. } if error == "not allowed" => Self::ReadOnly(details),
            TransactError::Refused { error, details, .. } if error == "I/O error" => Self::Unkept(details),
            error => Self::Refused(error),
        }
    }
}

/// Whose confirmation is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nobody's.
    None,
    /// ovn-northd's: the Southbound database has the flows.
    Southbound,
    /// Every hypervisor's.
    Hypervisors,
}

/// Why an effect was not seen.
#[derive(Debug, Error)]
pub enum WaitError {
    /// It takes too long.
    #[error("{who} did not confirm within {} seconds: {missing}", .limit.as_secs_f32())]
    Late {
        /// Who should have.
        who: &'static str,
        /// How long it was waited.
        limit: Duration,
        /// What is not so yet.
        missing: String,
    },
    /// The database does not answer.
    #[error("{0}")]
    Read(#[from] TransactError),
}

/// All that a plan is made on, of one moment.
pub async fn read(client: &mut Client) -> Result<Snapshot, TransactError> {
    let tables = tables();
    let tables: Vec<(&str, &[&str])> = tables.iter().map(|(table, columns)| (*table, columns.as_slice())).collect();
    client.dump(&tables).await
}

/// How many bytes a cluster of servers is given in one transaction where nobody says otherwise. Of three members on one busy
/// machine, one that was given 2 MB in one entry took 0.8 s for it, and one that was given 8 MB lost an election whose timer is
/// 1 s, and the cluster did not find together again.
pub const LARGEST: usize = 1 << 20;

/// Sends a plan. What became of it is known afterwards, even when the connection was lost in between. A cluster of servers is
/// given no transaction of more bytes than this: what means nothing yet goes ahead ([`Plan::staged`]).
pub async fn send(client: &mut Client, plan: &Plan, strictness: Strictness, largest: usize) -> Result<Sent, SendError> {
    let plan = &Plan { history: plan.history.dated(now()), ..plan.clone() };
    let limit = if client.is_clustered() { largest } else { usize::MAX };
    let mut stages = plan.staged(strictness, limit).map_err(|bytes| SendError::TooLarge { bytes, limit })?;
    let last = stages.pop().unwrap_or_default();
    for stage in &stages {
        match client.transact(stage).await {
            Ok(_) => {}
            // A stage means nothing, so that it need not be known what became of it: the next plan finds it.
            Err(TransactError::Unknown(_)) => return Ok(Sent::Moved),
            Err(TransactError::Refused { operation, error, .. }) if has_moved(operation, &error) => {
                return Ok(Sent::Moved);
            }
            Err(error) => return Err(SendError::of(error)),
        }
    }
    match client.transact(&last).await {
        Ok(results) => {
            let last = results.last().map(|result| result.rows()).unwrap_or_default();
            Ok(Sent::Done(last.first().map(number).unwrap_or_default()))
        }
        Err(TransactError::Refused { operation, error, .. }) if has_moved(operation, &error) => Ok(Sent::Moved),
        Err(error @ TransactError::Unknown(_)) => look_back(client, plan, error).await,
        Err(error) => Err(SendError::of(error)),
    }
}

/// Has a plan tried: the server says what it would say, and keeps nothing.
pub async fn attempt(client: &mut Client, plan: &Plan, strictness: Strictness) -> Result<Sent, SendError> {
    let mut operations = plan.operations(strictness);
    operations.push(Operation(json!({ "op": "abort" })));
    match client.transact(&operations).await {
        Err(TransactError::Refused { error, .. }) if error == "aborted" => Ok(Sent::Done(0)),
        Err(TransactError::Refused { operation, error, .. }) if has_moved(operation, &error) => Ok(Sent::Moved),
        Err(error) => Err(SendError::of(error)),
        Ok(_) => Ok(Sent::Moved),
    }
}

fn number(row: &Row) -> i64 {
    integer(row, "nb_cfg").unwrap_or_default()
}

/// A `wait` that fails, an identity that is taken; at commit, a name that is taken or a reference to what is gone.
fn has_moved(operation: Option<usize>, error: &str) -> bool {
    match operation {
        Some(_) => matches!(error, "timed out" | "duplicate uuid"),
        None => matches!(error, "constraint violation" | "referential integrity violation"),
    }
}

/// The generation that follows says that the transaction was carried out, or somebody else's; the same one that it was not.
async fn look_back(client: &mut Client, plan: &Plan, lost: TransactError) -> Result<Sent, SendError> {
    let Ok(world) = read(client).await else { return Err(SendError::Unknown(lost)) };
    let now = History::of(&world, &plan.set);
    if !now.follows(&plan.history, &plan.changes, &plan.summary()) {
        return Ok(Sent::Moved);
    }
    let global = world.rows(GLOBAL).next().map(|(_, row)| number(row));
    Ok(Sent::Done(global.unwrap_or_default()))
}

/// Waits until somebody confirms a number of `nb_cfg`.
pub async fn wait(client: &mut Client, wanted: i64, wait: Wait, limit: Duration) -> Result<(), WaitError> {
    let (who, columns): (_, &[&str]) = match wait {
        Wait::None => return Ok(()),
        Wait::Southbound => ("ovn-northd", &["sb_cfg"]),
        Wait::Hypervisors => ("a hypervisor", &["sb_cfg", "hv_cfg"]),
    };
    let end = Instant::now() + limit;
    loop {
        let world = client.dump(&[(GLOBAL, columns)]).await?;
        let row = world.rows(GLOBAL).next().map(|(_, row)| row.clone()).unwrap_or_default();
        let there = columns.iter().filter_map(|column| integer(&row, column)).min().unwrap_or(i64::MIN);
        if there >= wanted {
            return Ok(());
        }
        if Instant::now() > end {
            let said = |column: &&str| format!("{column} is {}", integer(&row, column).unwrap_or_default());
            let missing = columns.iter().map(said).collect::<Vec<_>>().join(", ");
            return Err(WaitError::Late { who, limit, missing: format!("{missing}, and not yet {wanted}") });
        }
        sleep(PAUSE).await;
    }
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);
