//! DHCP, answered by OVN itself (`DHCP_Options` on the ports), asked by raw frames out of a machine's namespace.
//!
//! | question | from | to |
//! |---|---|---|
//! | discover | 0.0.0.0 | everybody: a machine without an address |
//! | renew | its address | the server alone: half of the lease is over |
//! | rebind | its address | everybody: the server has not answered for long |

use super::lab::Lab;
use super::probe;
use super::topology::{Machine, SWITCHES};
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

/// How long an answer is waited for; OVN's comes within a few milliseconds.
const PATIENCE: Duration = Duration::from_millis(700);

const CLIENT: u16 = 68;
const SERVER: u16 = 67;
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// A question of a DHCP client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Discover,
    Renew,
    Rebind,
}

impl Question {
    const ALL: [Self; 3] = [Self::Discover, Self::Renew, Self::Rebind];

    fn name(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Renew => "renew",
            Self::Rebind => "rebind",
        }
    }

    /// The number by which an answer is known.
    fn transaction(self) -> [u8; 4] {
        [0x52, 0x46, 0, self as u8]
    }
}

/// What a machine hears: `discover answered, renew unanswered, rebind unanswered`.
pub fn ask(lab: &Lab, machine: usize) -> io::Result<String> {
    let me = &lab.machines()[machine];
    let word = |question: Question| {
        let answered = lab.home(machine).enter(|| is_answered(me, question))?;
        Ok(format!("{} {}", question.name(), if answered { "answered" } else { "unanswered" }))
    };
    Ok(Question::ALL.into_iter().map(word).collect::<io::Result<Vec<String>>>()?.join(", "))
}

fn is_answered(me: &Machine, question: Question) -> io::Result<bool> {
    let wire = probe::wire()?;
    net::send(&sender(me)?, &frame(me, question), SendFlags::empty())?;
    let begin = Instant::now();
    let mut buffer = [0u8; 2048];
    while begin.elapsed() < PATIENCE {
        match net::recv(&wire, &mut buffer[..], RecvFlags::empty()) {
            Ok((length, _)) if is_answer(&buffer[..length], question) => return Ok(true),
            Ok(_) => {}
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
    Ok(false)
}

/// A socket that sends frames as they are. Which link it is for it learns from a frame that goes by there, and it hears
/// only what that one was afterwards.
fn sender(me: &Machine) -> io::Result<OwnedFd> {
    let wire = probe::wire()?;
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let stirring = net::socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None)?;
    let router = SocketAddr::from((SWITCHES[me.switch].v4(1), 9));
    net::sendto(&stirring, b"?", SendFlags::empty(), &router)?;
    let begin = Instant::now();
    let mut buffer = [0u8; 2048];
    while begin.elapsed() < PATIENCE {
        if let Ok((_, _, Some(link))) = net::recvfrom(&wire, &mut buffer[..], RecvFlags::empty()) {
            net::bind(&wire, &link)?;
            return Ok(wire);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(io::Error::other(format!("nothing goes by at {}", me.name)))
}

fn is_answer(frame: &[u8], question: Question) -> bool {
    let ports = [SERVER.to_be_bytes(), CLIENT.to_be_bytes()].concat();
    frame.get(12..14) == Some(&[0x08, 0x00])
        && frame.get(34..38) == Some(&ports[..])
        && frame.get(46..50) == Some(&question.transaction()[..])
}

fn frame(me: &Machine, question: Question) -> Vec<u8> {
    let router = SWITCHES[me.switch];
    let (from, to, link) = match question {
        Question::Discover => (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, [0xff; 6]),
        Question::Renew => (me.v4, router.v4(1), router.mac(1).0),
        Question::Rebind => (me.v4, Ipv4Addr::BROADCAST, [0xff; 6]),
    };
    let message = message(me, question, from);
    let datagram =
        [&CLIENT.to_be_bytes()[..], &SERVER.to_be_bytes(), &length(message.len() + 8), &[0, 0], &message].concat();
    let mut header =
        [&[0x45, 0][..], &length(datagram.len() + 20), &[0, 0, 0, 0, 64, 17, 0, 0], &from.octets(), &to.octets()]
            .concat();
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum);
    [&link[..], &me.mac.0, &[0x08, 0x00], &header, &datagram].concat()
}

/// The DHCP message: a fixed part, and the options 53 (its kind) and 55 (what is asked for).
fn message(me: &Machine, question: Question, own: Ipv4Addr) -> Vec<u8> {
    let kind = if question == Question::Discover { 1 } else { 3 };
    let mut message = vec![1, 1, 6, 0];
    message.extend(question.transaction());
    message.extend([0; 4]);
    message.extend(own.octets());
    message.extend([0; 12]);
    message.extend(me.mac.0);
    message.resize(236, 0);
    message.extend(MAGIC);
    message.extend([53, 1, kind, 55, 2, 1, 3, 255]);
    message
}

fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}

fn checksum(header: &[u8]) -> [u8; 2] {
    let words = header.chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let [_, _, high, low] = (!folded).to_be_bytes();
    [high, low]
}
