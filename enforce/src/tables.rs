//! The tables and columns that a plan is made on: what is evaluated, and all of a row that may be written.

use ringfence_ovsdb::Select;

/// Tables with their columns; what a server's schema has not is left out of a question.
pub(crate) const TABLES: &[(&str, &[&str])] = &[
    ("NB_Global", &["options", "nb_cfg", "external_ids"]),
    ("Logical_Switch", &["name", "ports", "acls", "load_balancer", "load_balancer_group", "other_config"]),
    (
        "Logical_Switch_Port",
        &[
            "name",
            "type",
            "addresses",
            "dynamic_addresses",
            "port_security",
            "options",
            "dhcpv4_options",
            "external_ids",
        ],
    ),
    ("ACL", ACL),
    ("Port_Group", &["name", "ports", "acls", "external_ids"]),
    ("Address_Set", &["name", "addresses", "external_ids"]),
    ("Logical_Router", &["name", "ports", "policies", "static_routes", "load_balancer"]),
    ("Logical_Router_Port", &["name", "mac", "networks", "peer"]),
    ("Logical_Router_Policy", &["action"]),
    ("Load_Balancer", &["name", "vips"]),
    ("Load_Balancer_Group", &["load_balancer"]),
    ("Meter", &["name"]),
];

/// The columns of a row that a plan reads and writes.
pub(crate) const ACL: &[&str] = &[
    "name",
    "direction",
    "priority",
    "match",
    "action",
    "tier",
    "log",
    "severity",
    "meter",
    "label",
    "options",
    "external_ids",
];

/// What somebody follows who wants to know when a plan has to be made anew. The database's own row is left out: others count
/// in it, which changes no row.
pub fn selects() -> Vec<Select> {
    let followed = TABLES.iter().filter(|(table, _)| *table != GLOBAL);
    followed.map(|(table, columns)| Select::all(table, columns)).collect()
}

/// The only row of this table is the database's own.
pub(crate) const GLOBAL: &str = "NB_Global";
