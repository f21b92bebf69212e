import ipaddr from 'ipaddr.js';

/**
 * Bits of an IPv6 address that stand for one customer (RFC 6177: none gets less); the others they
 * choose as they like.
 */
const CUSTOMER_BITS = 64;

/** An address with a port, as some proxies write them into `X-Forwarded-For`. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/;

/**
 * What limits count by: an IPv4 address, in whatever spelling, or the /64 of an IPv6 address. What
 * is no address, as a proxy may send it, counts as it is.
 */
export function clientNetwork(address: string): string {
  const [, v6, v4] = WITH_PORT.exec(address) ?? [];
  const bare = v6 ?? v4 ?? address;
  if (!ipaddr.isValid(bare)) return address;
  const parsed = ipaddr.process(bare);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  // An IPv4 address behind a translator (RFC 6052): all of them lie in one /64.
  if (parsed.range() === 'rfc6052') return new ipaddr.IPv4(parsed.toByteArray().slice(-4)).toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${CUSTOMER_BITS}`).toString()}/${CUSTOMER_BITS}`;
}
