import ipaddr from "ipaddr.js";
import type { IPv4, IPv6 } from "ipaddr.js";

/** A range of addresses, parsed from CIDR notation. */
export type Network = [IPv4 | IPv6, number];

/** Parses CIDR notation, such as `10.0.0.0/8` or `fd00::/8`; undefined if it is not. */
export function parseNetwork(cidr: string): Network | undefined {
  return ipaddr.isValidCIDR(cidr) ? ipaddr.parseCIDR(cidr) : undefined;
}

/**
 * Whether the worker may connect to `address`: public unicast, or inside one of `allowed`.
 * An IPv4 address mapped into IPv6 counts as the IPv4 address; other embeddings (6to4, NAT64,
 * Teredo), private, loopback, link-local and reserved ranges are not public, nor is what does not
 * parse.
 */
export function isAddressAllowed(address: string, allowed: readonly Network[]): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (!ipaddr.isValid(bare)) return false;
  return ipaddr.process(bare).range() === "unicast" || isIn(bare, allowed);
}

/** Whether an address is inside one of the networks; an IPv4 address mapped into IPv6 counts as the IPv4 address. */
export function isIn(address: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some((network) => contains(network, parsed));
}

function contains([base, bits]: Network, address: IPv4 | IPv6): boolean {
  return base.kind() === address.kind() && address.match(base, bits);
}
