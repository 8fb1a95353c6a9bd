//! The loop: something has changed, or some time has gone; then what is wanted is compared with what is there.

use crate::leader::Election;
use crate::listen::listen;
use crate::notice::Notices;
use crate::rules::Rules;
use crate::status::Status;
use ipnet::IpNet;
use kube::runtime::events::EventType;
use ringfence_cluster::{ClusterError, Connection, Grade, Served, Turn, Watching};
use ringfence_enforce::{Desired, Guard, Kind, Meaning, Plan, PolicySet, Sent, Strictness, read, selects, send};
use ringfence_ovsdb::{Client, Endpoint, Monitor, Options};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until, timeout};

/// Changes come in swarms: so long is waited for the rest of one.
const SWARM: Duration = Duration::from_millis(200);
/// What went wrong is tried again after so long, and then after twice as long each time.
const PATIENCE: Duration = Duration::from_secs(1);
/// But never after longer than that.
const LONGEST: Duration = Duration::from_secs(60);
/// The server is not asked more often which kinds it has.
const KINDS: Duration = Duration::from_secs(60);

/// Guard rails that may be tripped.
#[derive(Debug, Clone, Default)]
pub enum Accepted {
    /// Every one.
    All,
    /// None but these.
    These(Vec<Guard>),
    /// None.
    #[default]
    None,
}

impl Accepted {
    fn has(&self, guard: Guard) -> bool {
        match self {
            Self::All => true,
            Self::These(guards) => guards.contains(&guard),
            Self::None => false,
        }
    }
}

/// What is kept, and where.
pub struct Settings {
    /// The policy set.
    pub set: PolicySet,
    /// What is there beside the cluster.
    pub rules: Rules,
    /// Guard rails that may be tripped.
    pub accepted: Accepted,
    /// Networks of which nobody may lose a machine, but where that is accepted.
    pub management: Vec<IpNet>,
    /// Where the database is.
    pub endpoints: Vec<Endpoint>,
    /// How it is connected to.
    pub options: Options,
    /// How long nothing is looked at when nothing seems to change.
    pub resync: Duration,
    /// Who we are.
    pub identity: String,
    /// So many objects of a page.
    pub page: u32,
    /// How many bytes a cluster of database servers is given in one transaction.
    pub largest: usize,
}

/// What is done with which cluster.
pub struct Task {
    /// What is kept.
    pub settings: Settings,
    /// The cluster.
    pub connection: Connection,
    /// Where to answer; nothing where nobody asks.
    pub listener: Option<TcpListener>,
}

/// Why it ended.
#[derive(Debug, Error)]
pub enum KeeperError {
    /// The cluster cannot be followed.
    #[error("{0}")]
    Cluster(ClusterError),
    /// The Lease could not be given back.
    #[error("the Lease could not be given back, and others have to wait for its end: {0}")]
    Release(ClusterError),
}

/// Why nothing was written.
enum Fault {
    /// It must not be.
    Blocked(String),
    /// It did not work.
    Failed(String),
    /// Somebody else wrote meanwhile.
    Moved,
}

/// A database that is followed.
struct Followed {
    client: Client,
    follower: Client,
    monitor: Monitor,
}

struct Keeper<'a> {
    settings: &'a Settings,
    status: &'a Status,
    notices: Notices,
    database: Option<Followed>,
    /// What was wanted when something was written last.
    last: Option<Desired>,
    /// What was said last, so that it is not said again.
    said: Option<String>,
    report: &'a mut dyn FnMut(&str),
}

/// Keeps until somebody says stop; then nothing is begun any more, and the Lease is given back.
pub async fn keep(
    task: Task,
    mut election: Election,
    stop: impl Future<Output = ()>,
    report: &mut dyn FnMut(&str),
) -> Result<(), KeeperError> {
    let Task { settings, connection, listener } = task;
    let status = Arc::new(Status::new());
    let server = listener.map(|listener| tokio::spawn(listen(listener, Arc::clone(&status))));
    let mut watching = Watching::start(&connection, settings.page).await.map_err(KeeperError::Cluster)?;
    let mut keeper = Keeper {
        notices: Notices::new(&connection, &settings.identity),
        settings: &settings,
        status: &status,
        database: None,
        last: None,
        said: None,
        report,
    };
    tokio::pin!(stop);
    let mut due = Instant::now();
    let mut failures = 0u32;
    let mut was_leader = false;
    let mut kinds_known = Instant::now();
    loop {
        status.beat();
        let leads = election.is_held();
        status.leader.set(leads.into());
        if leads != was_leader {
            let holder = election.holder();
            let words = match leads {
                true => "this replica leads".to_owned(),
                false if holder == settings.identity => {
                    "this replica cannot renew the Lease, and does not act".to_owned()
                }
                false => format!("this replica does not lead any more: `{holder}` does"),
            };
            (keeper.report)(&words);
            was_leader = leads;
            due = Instant::now();
        }
        status.set_ready(watching.is_complete() && keeper.database.is_some());
        tokio::select! {
            biased;
            () = &mut stop => break,
            () = election.changed() => {}
            turn = watching.next() => match turn {
                Turn::Changed => due = due.min(Instant::now() + SWARM),
                Turn::Relisted => {
                    status.lists.inc();
                    due = due.min(Instant::now() + SWARM);
                }
                Turn::Failed => {
                    status.errors.inc();
                    due = due.min(Instant::now() + SWARM);
                }
                Turn::Same => {}
            },
            () = keeper.database_changed() => due = due.min(Instant::now() + SWARM),
            () = sleep_until(due) => {
                if !watching.is_complete() && watching.absences().iter().all(|absence| absence.grade != Grade::Wrong) {
                    due = Instant::now() + PATIENCE;
                    continue;
                }
                let outcome = keeper.look(&watching, &election).await;
                let is_well = outcome.is_ok();
                failures = if is_well { 0 } else { failures + 1 };
                due = Instant::now() + if is_well { settings.resync } else { pause(failures) };
                keeper.note(outcome);
                status.set_ready(watching.is_complete() && keeper.database.is_some());
                if kinds_known.elapsed() > KINDS && has_other_kinds(&connection, &watching).await {
                    (keeper.report)("the cluster has other kinds now: all of it is read anew");
                    watching = Watching::start(&connection, settings.page).await.map_err(KeeperError::Cluster)?;
                }
                if kinds_known.elapsed() > KINDS {
                    kinds_known = Instant::now();
                }
            }
        }
    }
    if let Some(server) = server {
        server.abort();
    }
    election.end().await.map_err(KeeperError::Release)
}

fn pause(failures: u32) -> Duration {
    PATIENCE.saturating_mul(1 << failures.min(7)).min(LONGEST)
}

/// Whether the server has something else than what is followed.
async fn has_other_kinds(connection: &Connection, watching: &Watching) -> bool {
    let now = timeout(Duration::from_secs(5), Watching::kinds_of(connection)).await;
    now.is_ok_and(|now| now.is_ok_and(|now| now != watching.kinds()))
}

impl Keeper<'_> {
    /// Waits for a change of the database; for ever where there is none to follow. Dropping the future loses nothing.
    async fn database_changed(&mut self) {
        let Some(database) = &mut self.database else { return std::future::pending().await };
        if let Err(error) = database.monitor.next_change(&mut database.follower).await {
            self.database = None;
            self.status.errors.inc();
            (self.report)(&format!("the database cannot be followed: {error}"));
        }
    }

    async fn connect(&mut self) -> Result<(), Fault> {
        if self.database.is_some() {
            return Ok(());
        }
        let failed =
            |error: &dyn std::fmt::Display| Fault::Failed(format!("cannot read the Northbound database: {error}"));
        let connect = || Client::connect(&self.settings.endpoints, self.settings.options.clone());
        let client = connect().await.map_err(|error| failed(&error))?;
        let mut follower = connect().await.map_err(|error| failed(&error))?;
        let monitor = Monitor::start(&mut follower, selects()).await.map_err(|error| failed(&error))?;
        self.database = Some(Followed { client, follower, monitor });
        Ok(())
    }

    /// Compares, and writes where this replica acts.
    async fn look(&mut self, watching: &Watching, election: &Election) -> Result<(), Fault> {
        self.connect().await?;
        let Some(database) = &mut self.database else { return Ok(()) };
        let desired =
            tokio::task::block_in_place(|| self.settings.rules.desired(&watching.documents(), &watching.absences()));
        let desired = desired.map_err(Fault::Blocked)?;
        self.status.wanted.set(i64::try_from(desired.items.len()).unwrap_or(i64::MAX));
        let world = match read(&mut database.client).await {
            Ok(world) => world,
            Err(error) => {
                self.database = None;
                return Err(Fault::Failed(format!("cannot read the Northbound database: {error}")));
            }
        };
        let plan = Plan::new(world, database.client.schema(), &self.settings.set, &desired);
        let plan = plan.map_err(|error| Fault::Blocked(error.to_string()))?;
        self.status.synced.set(plan.is_empty().into());
        if plan.is_empty() || !election.is_held() {
            return Ok(());
        }
        let served = watching.kinds();
        let tripped = tokio::task::block_in_place(|| Guard::tripped(&Meaning::of(&plan), &self.settings.management));
        let refused: Vec<_> = tripped.iter().filter(|tripped| !self.settings.accepted.has(tripped.guard)).collect();
        if let Some(first) = refused.first() {
            let names: Vec<&str> = refused.iter().map(|tripped| tripped.guard.name()).collect();
            let why = format!("guard rails are tripped: {}: {}", names.join(","), first.message);
            if self.said.as_ref() != Some(&why) {
                self.publish(&plan, &served, (EventType::Warning, "Refused", &why)).await;
            }
            return Err(Fault::Blocked(why));
        }
        // An evaluation takes its time, and somebody else may act by now.
        if !election.is_held() {
            return Ok(());
        }
        let Some(database) = &mut self.database else { return Ok(()) };
        match send(&mut database.client, &plan, Strictness::World, self.settings.largest).await {
            Ok(Sent::Done(_)) => {}
            Ok(Sent::Moved) => return Err(Fault::Moved),
            Err(error) => return Err(Fault::Failed(error.to_string())),
        }
        let is_repair = self.last.as_ref() == Some(&desired);
        self.count(&plan, is_repair);
        self.last = Some(desired);
        let (reason, what) = if is_repair { ("Repaired", "repaired") } else { ("Applied", "applied") };
        (self.report)(&format!("{what}: {}", plan.summary()));
        self.publish(&plan, &served, (EventType::Normal, reason, &plan.summary())).await;
        Ok(())
    }

    async fn publish(&mut self, plan: &Plan, served: &Served, event: (EventType, &str, &str)) {
        let told = timeout(Duration::from_secs(5), self.notices.tell(plan, served, event)).await;
        if let Ok(Some(trouble)) = told {
            self.status.errors.inc();
            (self.report)(&trouble);
        }
    }

    fn count(&self, plan: &Plan, is_repair: bool) {
        self.status.synced.set(1);
        self.status.applies.inc();
        if is_repair {
            self.status.repairs.inc();
        }
        for kind in [Kind::Add, Kind::Alter, Kind::Label, Kind::Delete] {
            let count = u64::try_from(plan.count(kind)).unwrap_or(u64::MAX);
            let labels = vec![("change".to_owned(), kind.name().to_owned())];
            self.status.rows.get_or_create(&labels).inc_by(count);
        }
    }

    fn note(&mut self, outcome: Result<(), Fault>) {
        self.status.blocked.set(matches!(outcome, Err(Fault::Blocked(_))).into());
        let words = match outcome {
            Ok(()) => {
                self.said = None;
                return;
            }
            Err(Fault::Moved) => return,
            Err(Fault::Blocked(why)) => why,
            Err(Fault::Failed(why)) => {
                self.status.errors.inc();
                why
            }
        };
        if self.said.as_ref() != Some(&words) {
            (self.report)(&format!("nothing is written: {words}"));
            self.said = Some(words);
        }
    }
}
