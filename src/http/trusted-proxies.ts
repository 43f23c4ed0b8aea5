import { BlockList, isIP, isIPv4 } from 'node:net';

/** IPv4 written as IPv6, as `URL` writes it. */
const MAPPED = /^\[::ffff:[\da-f]{1,4}:[\da-f]{1,4}\]$/;
const MAPPED_BITS = 96;

const PREFIX = /^\d{1,3}$/;

/** The machines whose word about a request is believed. */
export class TrustedProxies {
  private readonly list = new BlockList();
  /** What of the text is no address and no range, in its own words. */
  readonly wrong: readonly string[];

  /** `text`: addresses and ranges (`10.0.0.0/8`, `fd00::/8`), separated by commas. */
  constructor(text = '') {
    const entries = text.split(',').map((entry) => entry.trim());
    this.wrong = entries.filter((entry) => entry !== '' && !this.add(entry));
  }

  /** IPv4 is the same written as IPv6 (`::ffff:10.0.0.1`), here and in the list. */
  has(address: string): boolean {
    return isIP(address) !== 0 && this.list.check(address, familyOf(address));
  }

  private add(entry: string): boolean {
    const [address = '', prefix, ...more] = entry.split('/');
    if (isIP(address) === 0 || address.includes('%') || more.length > 0) return false;
    if (prefix === undefined) {
      this.list.addAddress(address, familyOf(address));
      return true;
    }
    if (!PREFIX.test(prefix) || Number(prefix) > (isIPv4(address) ? 32 : 128)) return false;
    if (isMapped(address) && Number(prefix) < MAPPED_BITS) return false;
    this.list.addSubnet(address, Number(prefix), familyOf(address));
    return true;
  }
}

/** With the prefix of IPv4, such a range would be everybody. */
function isMapped(address: string): boolean {
  return !isIPv4(address) && MAPPED.test(new URL(`http://[${address}]`).hostname);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
