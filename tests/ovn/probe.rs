//! A round: every conversation at once, over ordinary sockets of the kernel, judged by what arrives.
//!
//! Requests go out of sockets with fixed source ports; listeners and the kernel answer. Whether a packet has arrived is
//! read off the wire inside the receiver's namespace: so a SYN that comes through counts as delivered even though its
//! SYN-ACK is lost.

use super::conversation::{Conversation, Family, Outcome, Talk};
use super::frame::{self, Content, Packet, Segment};
use super::lab::Lab;
use super::service::{self, Service};
use super::topology::{self, Machine};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How patient a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// It lasts at least so long.
    pub least: Duration,
    /// And until nothing has arrived for so long.
    pub quiet: Duration,
}

impl Patience {
    /// Enough on an idle machine.
    pub const USUAL: Self = Self { least: Duration::from_millis(350), quiet: Duration::from_millis(200) };
    /// For a second look at something that surprised: past the kernel's first retransmission.
    pub const SECOND: Self = Self { least: Duration::from_millis(900), quiet: Duration::from_millis(600) };
}

/// The longest that a round may take, however much arrives.
const LIMIT: Duration = Duration::from_secs(20);

/// Holds the conversations and says what became of each.
pub fn round(
    lab: &Lab,
    conversations: &[Conversation],
    services: &[Service],
    patience: Patience,
) -> io::Result<BTreeMap<Conversation, Outcome>> {
    let mut machines = topology::targets();
    machines.extend(services.iter().map(|service| service.target.clone()));
    let machines = &machines;
    let wanted = Expectations::new(machines, services, conversations);
    let posts = (0..lab.machines().len()).map(|machine| Post::open(lab, machine, services, conversations));
    let posts: Vec<Post> = posts.collect::<io::Result<_>>()?;
    let mut outcomes: BTreeMap<_, _> = conversations.iter().map(|talk| (*talk, Outcome::default())).collect();
    let mut accepted = Vec::new();
    let begin = Instant::now();
    let mut asked = Vec::new();
    let mut listen = |accepted: &mut Vec<OwnedFd>| {
        let mut heard = false;
        for (machine, post) in posts.iter().enumerate() {
            for packet in post.listen(accepted)? {
                heard |= wanted.note(machine, &packet, &mut outcomes);
            }
        }
        io::Result::Ok(heard)
    };
    for conversation in conversations {
        asked.push(posts[conversation.from].ask(machines, conversation)?);
        listen(&mut accepted)?;
    }
    let (sent, mut last) = (Instant::now(), Instant::now());
    while begin.elapsed() < LIMIT && (sent.elapsed() < patience.least || last.elapsed() < patience.quiet) {
        wait(&posts, Duration::from_millis(20))?;
        if listen(&mut accepted)? {
            last = Instant::now();
        }
    }
    for (_, outcome) in outcomes.iter_mut().filter(|(conversation, _)| conversation.is_with_gateway()) {
        outcome.delivered = outcome.answered;
    }
    Ok(outcomes)
}

/// Sleeps until something arrives.
fn wait(posts: &[Post], longest: Duration) -> io::Result<()> {
    let mut sockets: Vec<_> = posts.iter().map(|post| PollFd::new(&post.wire, PollFlags::IN)).collect();
    let longest = Timespec { tv_sec: 0, tv_nsec: longest.subsec_nanos().into() };
    match poll(&mut sockets, Some(&longest)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What part of a conversation a packet is.
#[derive(Debug, Clone, Copy)]
enum Part {
    Request,
    Answer,
    Refusal,
}

/// Which packets at which machine belong to which conversation.
struct Expectations(HashMap<(usize, Packet), (Conversation, Part)>);

impl Expectations {
    fn new(machines: &[Machine], services: &[Service], conversations: &[Conversation]) -> Self {
        let mut table = HashMap::new();
        for conversation in conversations {
            for (machine, packet, part) in packets(machines, services, conversation) {
                let before = table.insert((machine, packet), (*conversation, part));
                assert!(before.is_none(), "{conversation} cannot be told from another conversation");
            }
        }
        Self(table)
    }

    fn note(&self, machine: usize, packet: &Packet, outcomes: &mut BTreeMap<Conversation, Outcome>) -> bool {
        let found = self.0.get(&(machine, anonymous(packet)));
        let outcome = found.and_then(|(conversation, part)| Some((outcomes.get_mut(conversation)?, part)));
        match outcome {
            Some((outcome, Part::Request)) => outcome.delivered = true,
            Some((outcome, Part::Answer)) => outcome.answered = true,
            Some((outcome, Part::Refusal)) => outcome.refused = true,
            None => return false,
        }
        true
    }
}

/// An ICMP error may come from whoever refuses, a router too: its sender is left out.
fn anonymous(packet: &Packet) -> Packet {
    match packet.content {
        Content::Unreachable { .. } => Packet { source: packet.destination, ..*packet },
        Content::Segment { .. } | Content::Datagram { .. } | Content::EchoRequest | Content::EchoReply => *packet,
    }
}

/// Every packet that says something about a conversation, with the machine where it would arrive.
fn packets(machines: &[Machine], services: &[Service], conversation: &Conversation) -> Vec<(usize, Packet, Part)> {
    let mut packets = between(machines, conversation);
    if let Some(heard) = service::behind(services, conversation) {
        // A question to a Service arrives as one to a machine behind it.
        packets.retain(|(_, _, part)| !matches!(part, Part::Request));
        let asked = heard.iter().flat_map(|heard| between(machines, heard));
        packets.extend(asked.filter(|(_, _, part)| matches!(part, Part::Request)));
    }
    packets
}

fn between(machines: &[Machine], conversation: &Conversation) -> Vec<(usize, Packet, Part)> {
    let (from, to) = (conversation.from, conversation.to);
    let (asker, other) = (address(&machines[from], conversation.family), address(&machines[to], conversation.family));
    let there = |content| (to, Packet { source: asker, destination: other, content }, Part::Request);
    let back = |content, part| (from, Packet { source: other, destination: asker, content }, part);
    let refusal = |protocol, sport, dport| {
        let content = Content::Unreachable { protocol, destination: other, sport, dport };
        (from, Packet { source: asker, destination: asker, content }, Part::Refusal)
    };
    match conversation.talk {
        Talk::Tcp { sport, dport } => {
            let segment = |sport, dport, kind| Content::Segment { sport, dport, kind };
            vec![
                there(segment(sport, dport, Segment::Syn)),
                back(segment(dport, sport, Segment::SynAck), Part::Answer),
                back(segment(dport, sport, Segment::Reset), Part::Refusal),
                refusal(6, sport, dport),
            ]
        }
        Talk::Udp { sport, dport } => vec![
            there(Content::Datagram { sport, dport }),
            back(Content::Datagram { sport: dport, dport: sport }, Part::Answer),
            refusal(17, sport, dport),
        ],
        Talk::Echo => {
            let protocol = if conversation.family == Family::V4 { 1 } else { 58 };
            vec![there(Content::EchoRequest), back(Content::EchoReply, Part::Answer), refusal(protocol, 0, 0)]
        }
    }
}

fn address(machine: &Machine, family: Family) -> IpAddr {
    match family {
        Family::V4 => machine.v4.into(),
        Family::V6 => machine.v6.into(),
    }
}

fn domain(family: Family) -> AddressFamily {
    match family {
        Family::V4 => AddressFamily::INET,
        Family::V6 => AddressFamily::INET6,
    }
}

/// The sockets of one machine.
struct Post {
    address: [IpAddr; 2],
    /// Every frame that comes by.
    wire: OwnedFd,
    echo: BTreeMap<Family, OwnedFd>,
    datagrams: BTreeMap<(Family, u16), OwnedFd>,
    listeners: Vec<OwnedFd>,
    /// Segments that are not asked for yet: bound in the namespace, connected later.
    segments: BTreeMap<Conversation, OwnedFd>,
}

const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

impl Post {
    fn open(lab: &Lab, machine: usize, services: &[Service], conversations: &[Conversation]) -> io::Result<Self> {
        let me = &lab.machines()[machine];
        let mine = |talk: &&Conversation| talk.from == machine;
        let theirs = |talk: &&Conversation| talk.to == machine;
        let asked: Vec<Conversation> = conversations.iter().filter(mine).copied().collect();
        let served = conversations.iter().filter_map(|talk| service::behind(services, talk)).flatten();
        let heard: Vec<Conversation> =
            conversations.iter().copied().chain(served).filter(|talk| theirs(&talk)).collect();
        lab.home(machine).enter(|| {
            Ok(Self {
                address: me.addresses(),
                wire: wire()?,
                echo: echo(me)?,
                datagrams: datagrams(me, &asked, &heard)?,
                listeners: listeners(me, &heard)?,
                segments: segments(me, &asked)?,
            })
        })
    }

    /// Sends a request.
    fn ask(&self, machines: &[Machine], conversation: &Conversation) -> io::Result<()> {
        let other = address(&machines[conversation.to], conversation.family);
        let result = match conversation.talk {
            Talk::Tcp { dport, .. } => net::connect(&self.segments[conversation], &SocketAddr::new(other, dport)),
            Talk::Udp { sport, dport } => {
                let socket = &self.datagrams[&(conversation.family, sport)];
                net::sendto(socket, b"?", SendFlags::empty(), &SocketAddr::new(other, dport)).map(drop)
            }
            Talk::Echo => {
                let request = echo_request(conversation);
                let socket = &self.echo[&conversation.family];
                net::sendto(socket, &request, SendFlags::empty(), &SocketAddr::new(other, 0)).map(drop)
            }
        };
        match result {
            Ok(()) | Err(Errno::INPROGRESS | Errno::HOSTUNREACH | Errno::CONNREFUSED) => Ok(()),
            Err(error) => Err(io::Error::other(format!("{conversation}: {error}"))),
        }
    }

    /// Takes in what has arrived, and answers what is to be answered.
    fn listen(&self, accepted: &mut Vec<OwnedFd>) -> io::Result<Vec<Packet>> {
        for socket in self.datagrams.values() {
            answer(socket)?;
        }
        for listener in &self.listeners {
            while let Ok(connection) = net::accept_with(listener, FLAGS) {
                sockopt::set_socket_linger(&connection, Some(Duration::ZERO))?;
                accepted.push(connection);
            }
        }
        let mut packets = Vec::new();
        let mut buffer = [0u8; 2048];
        while let Ok((length, _)) = net::recv(&self.wire, &mut buffer[..], RecvFlags::empty()) {
            packets.extend(frame::read(&buffer[..length]).filter(|packet| self.address.contains(&packet.destination)));
        }
        Ok(packets)
    }
}

/// Sends every question back where it came from.
fn answer(socket: &OwnedFd) -> io::Result<()> {
    let mut buffer = [0u8; 64];
    loop {
        match net::recvfrom(socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((_, _, Some(from))) if buffer[0] == b'?' => {
                let _ = net::sendto(socket, b"!", SendFlags::empty(), &from);
            }
            Ok(_) | Err(Errno::CONNREFUSED | Errno::HOSTUNREACH) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A socket that hears every frame of the namespace it is opened in.
pub(super) fn wire() -> io::Result<OwnedFd> {
    let every = NonZeroU32::new(u32::from(3u16.to_be())).map(Protocol::from_raw);
    let socket = net::socket_with(AddressFamily::PACKET, SocketType::RAW, FLAGS, every)?;
    sockopt::set_socket_recv_buffer_size_force(&socket, 8 << 20)?;
    Ok(socket)
}

fn echo(me: &Machine) -> io::Result<BTreeMap<Family, OwnedFd>> {
    let open = |(family, protocol)| {
        let socket = net::socket_with(domain(family), SocketType::RAW, FLAGS, Some(protocol))?;
        net::bind(&socket, &SocketAddr::new(address(me, family), 0))?;
        io::Result::Ok((family, socket))
    };
    [(Family::V4, net::ipproto::ICMP), (Family::V6, net::ipproto::ICMPV6)].into_iter().map(open).collect()
}

fn datagrams(
    me: &Machine,
    asked: &[Conversation],
    heard: &[Conversation],
) -> io::Result<BTreeMap<(Family, u16), OwnedFd>> {
    let mine = asked.iter().filter_map(|talk| Some((talk.family, udp(talk)?.0)));
    let theirs = heard.iter().filter_map(|talk| Some((talk.family, udp(talk)?.1)));
    let ports: BTreeSet<(Family, u16)> = mine.chain(theirs).collect();
    let open = |(family, port)| {
        let socket = net::socket_with(domain(family), SocketType::DGRAM, FLAGS, None)?;
        net::bind(&socket, &SocketAddr::new(address(me, family), port))?;
        io::Result::Ok(((family, port), socket))
    };
    ports.into_iter().map(open).collect()
}

fn listeners(me: &Machine, heard: &[Conversation]) -> io::Result<Vec<OwnedFd>> {
    let ports: BTreeSet<(Family, u16)> = heard.iter().filter_map(|talk| Some((talk.family, tcp(talk)?.1))).collect();
    let open = |(family, port)| {
        let socket = stream(me, family, port)?;
        net::listen(&socket, 1024)?;
        io::Result::Ok(socket)
    };
    ports.into_iter().map(open).collect()
}

fn segments(me: &Machine, asked: &[Conversation]) -> io::Result<BTreeMap<Conversation, OwnedFd>> {
    let open = |(talk, sport): (&Conversation, u16)| {
        let socket = stream(me, talk.family, sport)?;
        sockopt::set_socket_linger(&socket, Some(Duration::ZERO))?;
        io::Result::Ok((*talk, socket))
    };
    asked.iter().filter_map(|talk| Some((talk, tcp(talk)?.0))).map(open).collect()
}

/// A TCP socket whose port others of the machine may use too: one is a listener, the others ask from it.
fn stream(me: &Machine, family: Family, port: u16) -> io::Result<OwnedFd> {
    let socket = net::socket_with(domain(family), SocketType::STREAM, FLAGS, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    net::bind(&socket, &SocketAddr::new(address(me, family), port))?;
    Ok(socket)
}

fn tcp(conversation: &Conversation) -> Option<(u16, u16)> {
    match conversation.talk {
        Talk::Tcp { sport, dport } => Some((sport, dport)),
        Talk::Udp { .. } | Talk::Echo => None,
    }
}

fn udp(conversation: &Conversation) -> Option<(u16, u16)> {
    match conversation.talk {
        Talk::Udp { sport, dport } => Some((sport, dport)),
        Talk::Tcp { .. } | Talk::Echo => None,
    }
}

/// An echo request whose identifier is the pair's own. The kernel fills in the checksum of ICMPv6.
fn echo_request(conversation: &Conversation) -> [u8; 8] {
    let number = |index: usize| u8::try_from(index).unwrap_or(u8::MAX) + 1;
    let identifier = [number(conversation.from), number(conversation.to)];
    match conversation.family {
        Family::V4 => {
            let sum = 0x0800 + u32::from(u16::from_be_bytes(identifier)) + 1;
            let [_, _, high, low] = (!sum).to_be_bytes();
            [8, 0, high, low, identifier[0], identifier[1], 0, 1]
        }
        Family::V6 => [128, 0, 0, 0, identifier[0], identifier[1], 0, 1],
    }
}
