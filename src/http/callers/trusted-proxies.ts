import { BlockList, isIP, isIPv4 } from 'node:net';

/** IPv4 written as IPv6, as `URL` writes it. */
const MAPPED = /^\[::ffff:[\da-f]{1,4}:[\da-f]{1,4}\]$/;
const MAPPED_BITS = 96;

const PREFIX = /^\d{1,3}$/;

/** The first and the last address of IPv4, and of IPv6: a range that has both is everybody. */
const ENDS = [
  ['0.0.0.0', '255.255.255.255'],
  ['::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const;

interface Range {
  readonly address: string;
  readonly prefix: number;
}

/** The machines whose word about a request is believed. */
export class TrustedProxies {
  private readonly list = new BlockList();
  /** What of the text is no address and no range, in its own words. */
  readonly wrong: readonly string[];
  /** What of the text is all of IPv4 or of IPv6, in its own words; it is not believed. */
  readonly everybody: readonly string[];

  /** `text`: addresses and ranges (`10.0.0.0/8`, `fd00::/8`), separated by commas. */
  constructor(text = '') {
    const entries = text.split(',').map((entry) => entry.trim());
    const told = entries.filter((entry) => entry !== '');
    this.wrong = told.filter((entry) => rangeOf(entry) === null);
    this.everybody = told.filter((entry) => isEverybody(rangeOf(entry)));
    for (const range of told.map(rangeOf)) if (range && !isEverybody(range)) add(this.list, range);
  }

  /** IPv4 is the same written as IPv6 (`::ffff:10.0.0.1`), here and in the list. */
  has(address: string): boolean {
    return isIP(address) !== 0 && isIn(this.list, address);
  }
}

/** An address alone is a range too; null: neither. */
function rangeOf(entry: string): Range | null {
  const [address = '', written, ...more] = entry.split('/');
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return null;
  const longest = isIPv4(address) ? 32 : 128;
  if (written === undefined) return { address, prefix: longest };
  const prefix = Number(written);
  if (!PREFIX.test(written) || prefix > longest) return null;
  return isMapped(address) && prefix < MAPPED_BITS ? null : { address, prefix };
}

function isEverybody(range: Range | null): boolean {
  if (!range) return false;
  const list = new BlockList();
  add(list, range);
  return ENDS.some((ends) => ends.every((end) => isIn(list, end)));
}

function add(list: BlockList, { address, prefix }: Range): void {
  list.addSubnet(address, prefix, familyOf(address));
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

/** With the prefix of IPv4, such a range would be everybody. */
function isMapped(address: string): boolean {
  return !isIPv4(address) && MAPPED.test(new URL(`http://[${address}]`).hostname);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
