import ipaddr from 'ipaddr.js';

/**
 * Bits of an IPv6 address that stand for one customer (RFC 6177: none gets less); the others they
 * choose as they like.
 */
const CUSTOMER_BITS = 64;

/**
 * What limits count by: an IPv4 address, in whatever spelling, or the /64 of an IPv6 address. What
 * is no address, as a proxy may send it, counts as it is.
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${CUSTOMER_BITS}`).toString()}/${CUSTOMER_BITS}`;
}
