//! Words that mean something to Kubernetes, to Kube-OVN, to OVN or to YAML: these are no names, or names that everybody has.

use ringfence_engine::ovn::matching::Symbol;
use ringfence_engine::ovn::network::Version;
use std::collections::BTreeSet;

/// All of them, between their dots and colons; symbols of OVN whole.
pub(super) fn words() -> BTreeSet<String> {
    let symbols = [Version::V23_03, Version::Main].into_iter().flat_map(Symbol::all);
    WORDS.split(' ').map(str::to_owned).chain(symbols.map(|symbol| symbol.name().to_owned())).collect()
}

/// Names of what is in every cluster, of which others are made: `vswitch1-ovn-cluster` is the port that leads to its router.
pub(super) const COMMON: [&str; 5] = ["ovn-cluster", "ovn-default", "kube-system", "default", "join"];

/// Whether a piece of a name is in names everywhere; Kube-OVN puts the family at the end of those of sets.
pub(super) fn is_common(piece: &str) -> bool {
    COMMON.contains(&piece) || matches!(piece, "ip4" | "ip6" | "v4" | "v6")
}

/// Keys and values that the reader knows, kinds and groups of objects, and names that Kube-OVN and Kubernetes give by themselves.
const WORDS: &str = "Accept Admin AdminNetworkPolicy Allow Always Baseline BaselineAdminNetworkPolicy ClusterIP ClusterNetworkPolicy \
    Complete CronJob DaemonSet Deny Deployment DoesNotExist Dual Egress Exists Expectation ExternalName FALSE Failed \
    False Halted IP IPv4 IPv6 In Ingress InternalIP Inventory Job List LoadBalancer Mac Manual N NO NULL Namespace \
    NetworkAttachmentDefinition NetworkPolicy No Node NodePort None NotIn Null OFF ON Off On Pass Pending Pod \
    PreferDualStack ProviderNetwork ReplicaSet ReplicationController RequireDualStack RerunOnFailure Running SCTP \
    SecurityGroup Service SingleStack StatefulSet Subnet Succeeded TAG TCP TRUE True UDP VirtualMachine \
    VirtualMachineInstance VirtualMachineInstanceReplicaSet VirtualMachinePool Vlan Vpc Y YAML YES Yes accept \
    acl_log_meter_rate acls action address addressSets addresses affinity all allow allow-established allow-related \
    allow-stateful allow-stateless allowEWTraffic allowSameGroupTraffic allowSubnets annotations any apiVersion \
    appProtocol apply-after-lb apps args arp assertions at-most batch binding blackhole block bool bridge bus \
    centralized cidr cidrBlock claim closed cluster-name clusterIP clusterIPs cncf cni command completions \
    concurrencyPolicy conditions config containerDisk containerPort containers core cpu creationTimestamp default \
    default-network default-securitygroup default_acl_drop deletionGracePeriodSeconds deletionTimestamp deny \
    destinationNamedPort destinationPort devices dhcp dhcpV4Options dhcpV6Options direction disableGatewayCheck \
    disableInterConnection discard disk disks distributed domain domainName domainNames drop dscp dst ecn egress \
    egressRules enable-anp enable-dns-name-resolver enable-lb enable-np enableDHCP enableEcmp \
    enableExternalLBAddress enableIPv6RA enableLb enableMulticastSnoop enable_log end endPort endpoints enforcement \
    env eth except excludeIps expect extensions externalEgressGateway externalIPs externalTrafficPolicy false \
    finalizers flags float frag from from-lport from-port gateway gatewayNode gatewayNodeSelectors gatewayType \
    gateways generateName generation harvesterhci hostNetwork hostPort hostname htbqos icmp icmp4 icmp6 id image \
    imagePullPolicy in inbound ingress ingressRules initContainers inport int interface interfaces \
    internalTrafficPolicy io ip ip4 ip6 ipAddress ipAddresses ipBlock ipFamilies ipFamilyPolicy ipVersion ip_address \
    ip_pool ipam ips ipv4 ipv6 ipv6RAConfigs items jobTemplate join json k8s keep-vm-ip key kind kube-ovn \
    kube-ovn-controller kube-system kubeOvn kubeovn kubeovn_deny_all kubernetes kubevirt labels lax limits \
    loadBalancer loadBalancerIP loadBalancers localAddress localConnectIP localnet log log_acl_actions \
    logicalGateway logical_switch ls-ct-skip-dst-lport-ips mac macAddress mac_address machines main managedFields \
    map masquerade match matchExpressions matchLabels memory metadata meter model mtu multus multus-cni n name \
    namedPort namespace namespaceSelector namespaceSelectors namespaces natOutgoing natOutgoingPolicyRules nd \
    networkName network_policy_enforcement network_policy_for networking networks nextHopIP no node node-switch-cidr \
    nodeName nodeNetwork nodePort nodeSelector nodes non-primary-cni-mode not-reaches note np np-enforcement null \
    number off omap on one-way only open operator options out outbound outport outside ovn ovn-cluster ovn-default \
    ownerReferences parallelism partial pass permit phase ping plugins pod pod-template-hash podIP podIPs podName \
    podSelector podType pods policy policyDst policyRoutes policyRoutingPriority policyRoutingTableID policySrc \
    policyTypes pool port portGroups portNumber portRange portRangeMax portRangeMin portSecurity port_security ports \
    priority private protocol protocols provider range reaches refuse reject related remoteAddress \
    remoteSecurityGroup remoteType remoteVpc replicas requests resourceVersion resources restartPolicy ringfence \
    routeTable router routerMac routerPort routers runStrategy running schedule sctp securityContext securityGroup \
    securityGroups security_groups selector selfLink seq server_socket service serviceAccountName serviceName services \
    sessionAffinity set severity sha sll source sourcePortRange sourcePortRangeMax sourcePortRangeMin spa spec sport \
    src standard start staticRoutes status str strategy subject subnet svc switch switches target targetPort tcp template \
    tha tier tll to to-lport to-port tolerations tpa true type u2oFeatures u2oInterconnection u2oInterconnectionIP \
    udp uid undefined updateStrategy use_ct_inv_match v4IpAddress v6IpAddress value values version vip vips \
    virt-launcher virtio vlan vlanPassthru vm vmName vmi vms volumeMounts volumes vpc vpcPeerings workloads y yes";

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
        files.into_iter().chain(folders.iter().flat_map(|folder| sources(folder))).collect()
    }

    /// What the reader calls types of values in its messages.
    const OF_MESSAGES: [&str; 3] = ["nothing", "text", "v1"];

    #[test]
    fn every_word_that_the_reader_knows_is_known() {
        let known = words();
        let mut unknown = BTreeSet::new();
        for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src/read")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
            let is_word = |word: &&str| {
                word.starts_with(|first: char| first.is_ascii_alphabetic())
                    && word.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
            };
            unknown.extend(quoted.filter(is_word).filter(|word| !known.contains(*word)).map(str::to_owned));
        }
        assert_eq!(unknown.iter().map(String::as_str).collect::<Vec<_>>(), OF_MESSAGES);
    }
}
