//! Constants from a pool small enough that expressions and packets meet.

use crate::random::Random;

/// IPv4 addresses.
pub const V4: &[&str] = &["10.0.0.1", "10.0.0.2", "10.0.1.1", "192.168.0.7", "224.0.0.5", "0.0.0.0", "255.255.255.255"];
/// IPv6 addresses.
pub const V6: &[&str] = &["fd00::1", "fd00::2", "fe80::1", "ff02::1", "ff02::1:ff00:7", "ff02::16", "::", "ff05::2"];
/// Ethernet addresses.
pub const MAC: &[&str] =
    &["02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:05", "33:33:00:00:00:16"];
/// Small numbers: ports, types, protocols, flags.
pub const NUMBER: &[u64] = &[
    0, 1, 2, 3, 6, 8, 17, 22, 53, 58, 64, 80, 128, 132, 135, 136, 255, 256, 443, 0x800, 0x806, 0x86dd, 0x8035, 4096,
    65535,
];
/// Names of logical ports.
pub const PORT: &[&str] = &["p0", "p1", "p2", "nosuch"];
/// Names of address sets, the last of which does not exist.
pub const ADDRESS_SET: &[&str] = &["as1", "as2", "as6", "mixed", "empty", "pg1_ip4", "nosuch"];
/// Names of port groups, the last of which does not exist.
pub const PORT_GROUP: &[&str] = &["pg1", "pg2", "none", "nosuch"];

/// A constant that a field of this width may well be compared with.
pub fn number(random: &mut Random, width: u32) -> String {
    match width {
        48 if !random.once_in(5) => {
            masked(random, MAC, &["ff:ff:00:00:00:00", "01:00:00:00:00:00", "00:00:00:00:00:ff"])
        }
        128 if !random.once_in(5) => masked(random, V6, &["64", "10", "0", "128", "ffff::", "::ffff:ffff", "104"]),
        32 if !random.once_in(4) => {
            masked(random, V4, &["24", "8", "0", "32", "31", "255.255.0.0", "0.0.0.255", "255.0.255.0"])
        }
        _ => plain(random, width),
    }
}

fn masked(random: &mut Random, pool: &[&str], masks: &[&str]) -> String {
    let value = *random.pick(pool);
    if random.once_in(3) { format!("{value}/{}", random.pick(masks)) } else { value.to_owned() }
}

/// A plain number, mostly one that fits.
fn plain(random: &mut Random, width: u32) -> String {
    let ones = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    let number = match random.below(8) {
        0 => random.bits() & ones,
        1 => ones,
        _ => *random.pick(NUMBER),
    };
    let number = if random.once_in(24) { number } else { number & ones };
    match random.below(8) {
        0 => format!("{number:#x}"),
        1 => format!("{number:#X}").replace("0X", "0x"),
        2 => format!("{number}/{}", random.pick(NUMBER) & ones),
        3 => format!("{number:#x}/{:#x}", random.bits() & ones),
        _ => number.to_string(),
    }
}
