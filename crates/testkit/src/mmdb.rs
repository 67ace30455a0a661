//! Database files of places by network, in the MMDB format, as small as a test needs them.

use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// Bytes between the tree and the data.
const GAP: [u8; 16] = [0; 16];

/// What the description of a file begins with.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// Bits of an address in a tree that holds both families; IPv4 lies below 96 zeros.
const BITS: u8 = 128;

/// Where a branch of the tree leads.
#[derive(Clone, Copy)]
enum Branch {
    Nowhere,
    Node(usize),
    /// To the data at this offset.
    Data(usize),
}

/// A database file of these networks, each with a record, built at an instant (in seconds since 1970).
///
/// # Panics
/// When a network cannot be read, or a record is larger than a test needs.
pub fn mmdb(networks: &[(&str, Value)], built: u64) -> Vec<u8> {
    let mut data = Vec::new();
    let mut nodes = vec![[Branch::Nowhere; 2]];
    let mut read: Vec<(IpNet, &Value)> = networks
        .iter()
        .map(|(network, record)| (network.parse().unwrap_or_else(|_| bad(network)), record))
        .collect();
    // a network inside another comes after it, and takes its part of it
    read.sort_by_key(|(network, _)| network.prefix_len());
    for (network, record) in read {
        let offset = data.len();
        encode(record, &mut data);
        insert(&mut nodes, network, offset);
    }
    let mut file = tree(&nodes);
    file.extend(GAP);
    file.extend(data);
    file.extend(MARKER);
    describe(nodes.len(), built, &mut file);
    file
}

#[expect(clippy::panic, reason = "a test that asks for something else is wrong")]
fn bad(what: &str) -> ! {
    panic!("`{what}` cannot stand in a database file")
}

fn insert(nodes: &mut Vec<[Branch; 2]>, network: IpNet, offset: usize) {
    let (bits, length) = match network.addr() {
        IpAddr::V4(address) => (u128::from(u32::from(address)), network.prefix_len() + 96),
        IpAddr::V6(address) => (u128::from(address), network.prefix_len()),
    };
    let side = |depth: u8| usize::from(bits >> (BITS - 1 - depth) & 1 == 1);
    let mut node = 0;
    for depth in 0..length.saturating_sub(1) {
        let next = match branch(nodes, node, side(depth)) {
            Branch::Node(next) => next,
            leaf => {
                nodes.push([leaf; 2]);
                nodes.len() - 1
            }
        };
        set(nodes, node, side(depth), Branch::Node(next));
        node = next;
    }
    set(nodes, node, side(length.saturating_sub(1)), Branch::Data(offset));
}

fn branch(nodes: &[[Branch; 2]], node: usize, side: usize) -> Branch {
    let found = nodes.get(node).and_then(|branches| branches.get(side));
    found.copied().unwrap_or(Branch::Nowhere)
}

fn set(nodes: &mut [[Branch; 2]], node: usize, side: usize, branch: Branch) {
    if let Some(place) = nodes.get_mut(node).and_then(|branches| branches.get_mut(side)) {
        *place = branch;
    }
}

fn tree(nodes: &[[Branch; 2]]) -> Vec<u8> {
    let number = |branch: &Branch| match branch {
        Branch::Nowhere => nodes.len(),
        Branch::Node(node) => *node,
        Branch::Data(offset) => nodes.len() + GAP.len() + offset,
    };
    let branches = nodes.iter().flatten().map(number);
    branches
        .flat_map(|number| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes())
        .collect()
}

fn describe(nodes: usize, built: u64, into: &mut Vec<u8>) {
    start(7, 9, into);
    let mut number = |name: &str, kind: u8, bytes: &[u8]| {
        text(name, into);
        start(kind, bytes.len(), into);
        into.extend(bytes);
    };
    let nodes = u32::try_from(nodes).unwrap_or(u32::MAX);
    number("node_count", 6, &nodes.to_be_bytes());
    number("record_size", 5, &32_u16.to_be_bytes());
    number("ip_version", 5, &6_u16.to_be_bytes());
    number("binary_format_major_version", 5, &2_u16.to_be_bytes());
    number("binary_format_minor_version", 5, &0_u16.to_be_bytes());
    number("build_epoch", 9, &built.to_be_bytes());
    let rest = [
        ("database_type", serde_json::json!("made up")),
        // some publishers leave it empty
        ("description", serde_json::json!({})),
        ("languages", serde_json::json!(["en"])),
    ];
    for (name, value) in rest {
        text(name, into);
        encode(&value, into);
    }
}

fn encode(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            start(7, map.len(), into);
            for (name, value) in map {
                text(name, into);
                encode(value, into);
            }
        }
        Value::Array(values) => {
            start(11, values.len(), into);
            values.iter().for_each(|value| encode(value, into));
        }
        Value::String(value) => text(value, into),
        Value::Bool(value) => start(14, usize::from(*value), into),
        Value::Null | Value::Number(_) => bad(&value.to_string()),
    }
}

fn text(text: &str, into: &mut Vec<u8>) {
    start(2, text.len(), into);
    into.extend(text.as_bytes());
}

/// The head of a value: its kind and its size.
fn start(kind: u8, size: usize, into: &mut Vec<u8>) {
    let (small, more) = match u8::try_from(size) {
        Ok(size) if size < 29 => (size, None),
        Ok(size) => (29, Some(size - 29)),
        Err(_) => bad("so large a record"),
    };
    match kind {
        1..=7 => into.push(kind << 5 | small),
        _ => into.extend([small, kind - 7]),
    }
    into.extend(more);
}
