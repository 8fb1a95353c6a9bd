//! Several places: all are planned, judged and tried before the first is written.

use super::pursuit::Act;
use super::{Manner, Place};
use crate::console::Console;
use crate::status::Status;
use std::io;

/// Places where something is to be done, each with what.
type Pending<'p, P> = Vec<(&'p mut P, <P as Place>::Plan)>;

impl Manner {
    /// Plans, shows, asks, writes, waits, and tells how to take it back.
    pub(crate) fn carry_out<P: Place>(&self, console: &mut Console, places: &mut [P]) -> io::Result<Status> {
        match (places, self.dry_run) {
            (places, Some(dry_run)) => Ok(self.survey(console, places, Act::Rehearse(dry_run))?.1),
            ([place], None) => match self.pursue(console, place, Act::Write, None) {
                Ok(_) => Ok(Status::Fine),
                Err(halt) => halt.tell(console),
            },
            (places, None) => self.write_all(console, places),
        }
    }

    /// What is to be done at each place where something is, and the worst that was found. Nothing is written.
    fn survey<'p, P: Place>(
        &self,
        console: &mut Console,
        places: &'p mut [P],
        act: Act,
    ) -> io::Result<(Pending<'p, P>, Status)> {
        let (mut pending, mut halts) = (Vec::new(), Vec::new());
        let is_alone = places.len() == 1;
        for place in places {
            match self.pursue(console, place, act, None) {
                Ok(plan) => pending.extend(plan.map(|plan| (place, plan))),
                Err(halt) if is_alone => halts.push(halt),
                Err(halt) => halts.push(halt.at(place.name())),
            }
        }
        // What is in the way stands below all that was shown.
        let mut worst = Status::Fine;
        for halt in halts {
            worst = worst.max(halt.tell(console)?);
        }
        Ok((pending, worst))
    }

    fn write_all<P: Place>(&self, console: &mut Console, places: &mut [P]) -> io::Result<Status> {
        let (pending, worst) = self.survey(console, places, Act::Try)?;
        if worst > Status::Fine {
            console.complain("nothing was written anywhere");
            return Ok(worst);
        }
        let names: Vec<&str> = pending.iter().map(|(place, _)| place.name()).collect();
        if names.is_empty() {
            return Ok(Status::Fine);
        }
        let question = format!("Apply to {}?", names.join(", "));
        match self.consent(console, &question) {
            Ok(()) => self.write_each(console, pending),
            Err(halt) => halt.tell(console),
        }
    }

    /// One after the other, up to the first that cannot be written.
    fn write_each<P: Place>(&self, console: &mut Console, pending: Pending<'_, P>) -> io::Result<Status> {
        let mut written = Written::default();
        let mut pending = pending.into_iter();
        while let Some((place, plan)) = pending.next() {
            console.print(|out| writeln!(out, "{}:", place.name()))?;
            match self.pursue(console, place, Act::Write, Some(plan)) {
                Ok(None) => {}
                Ok(Some(plan)) => written.add(place.name(), place.way_back(&plan)),
                Err(halt) => {
                    let status = halt.at(place.name()).tell(console)?;
                    if written.names.is_empty() && !place.has_begun() {
                        console.complain("nothing was written anywhere");
                        return Ok(status);
                    }
                    let left: Vec<String> = pending.map(|(place, _)| place.name().to_owned()).collect();
                    console.complain(&written.story(place.name(), &left));
                    return Ok(Status::InputError);
                }
            }
        }
        Ok(Status::Fine)
    }
}

/// The places that are written.
#[derive(Default)]
struct Written {
    names: Vec<String>,
    /// What takes them back, the last first.
    back: Vec<String>,
}

impl Written {
    fn add(&mut self, name: &str, back: Option<String>) {
        self.names.push(name.to_owned());
        self.back.splice(0..0, back);
    }

    /// What is where, and how to go on, after a stop.
    fn story(&self, stopped: &str, left: &[String]) -> String {
        let mut story = format!("stopped at {stopped}");
        if !left.is_empty() {
            story += &format!("; {} not begun", are(left));
        }
        if !self.names.is_empty() {
            story += &format!("; {} written, and stays so", are(&self.names));
        }
        if !self.back.is_empty() {
            story += &format!(": `{}` takes it back", self.back.join(" && "));
        }
        story + "; another `apply` goes on"
    }
}

/// Places as the subject of a sentence.
fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}
