//! What OVN's access control lists really do to the traffic between virtual machines.
//!
//! Data goes one way through the rooms of this crate:
//! [`read`] → [`world`] → [`compile`] → [`ovn`] → [`reach`] → [`answers`], never back.
//! [`source`] and [`diagnostic`] serve all of them.
//!
//! The crate does no I/O and asks neither clock nor randomness: text in, answers out.
#![no_std]

extern crate alloc;

pub mod answers;
pub mod compile;
pub mod diagnostic;
pub mod ovn;
pub mod reach;
pub mod read;
pub mod source;
pub mod world;
