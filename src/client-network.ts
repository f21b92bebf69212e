import ipaddr from 'ipaddr.js';

/**
 * Bits of an IPv6 address that identify a customer. No customer gets fewer than a /64 (RFC 6177),
 * and they may use any address in it.
 */
const CUSTOMER_BITS = 64;

/** An address with a port, as some proxies write it into `X-Forwarded-For`. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/;

/**
 * What limits are counted by: an IPv4 address, however it is written, or the /64 of an IPv6
 * address. Text that is not an address, which a proxy may send, is used as it is.
 */
export function clientNetwork(address: string): string {
  const [, v6, v4] = WITH_PORT.exec(address) ?? [];
  const bare = v6 ?? v4 ?? address;
  if (!ipaddr.isValid(bare)) return address;
  const parsed = ipaddr.process(bare);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  // An IPv4 address behind a translator (RFC 6052). All of these are in one /64.
  if (parsed.range() === 'rfc6052') return new ipaddr.IPv4(parsed.toByteArray().slice(-4)).toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${CUSTOMER_BITS}`).toString()}/${CUSTOMER_BITS}`;
}
