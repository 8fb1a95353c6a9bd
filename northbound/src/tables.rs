//! The tables and columns that are read.

/// Tables with their columns; what a server's schema has not is left out of a question.
pub const TABLES: &[(&str, &[&str])] = &[
    ("NB_Global", &["options"]),
    (
        "Logical_Switch",
        &["name", "ports", "acls", "load_balancer", "load_balancer_group", "other_config", "dns_records"],
    ),
    (
        "Logical_Switch_Port",
        &[
            "name",
            "type",
            "addresses",
            "dynamic_addresses",
            "port_security",
            "enabled",
            "dhcpv4_options",
            "options",
            "external_ids",
        ],
    ),
    (
        "ACL",
        &[
            "name",
            "direction",
            "priority",
            "match",
            "action",
            "tier",
            "options",
            "log",
            "severity",
            "meter",
            "external_ids",
        ],
    ),
    ("Port_Group", &["name", "ports", "acls", "external_ids"]),
    ("Address_Set", &["name", "addresses"]),
    (
        "Logical_Router",
        &[
            "name",
            "ports",
            "policies",
            "static_routes",
            "nat",
            "options",
            "load_balancer",
            "load_balancer_group",
            "enabled",
        ],
    ),
    ("Logical_Router_Port", &["name", "mac", "networks", "peer", "enabled", "gateway_chassis", "ha_chassis_group"]),
    ("Logical_Router_Policy", &["priority", "match", "action"]),
    ("Logical_Router_Static_Route", &["ip_prefix", "policy"]),
    ("NAT", &["type", "logical_ip", "external_ip"]),
    ("Load_Balancer", &["name", "vips", "protocol", "options"]),
    ("Load_Balancer_Group", &["load_balancer"]),
    ("Chassis_Template_Var", &["variables"]),
    ("DHCP_Options", &["options"]),
    ("Meter", &["name", "unit", "bands"]),
    ("Meter_Band", &["rate", "burst_size"]),
];

/// The name of the database.
pub const DATABASE: &str = "OVN_Northbound";
