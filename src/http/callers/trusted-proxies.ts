import { BlockList, isIP, isIPv4 } from 'node:net';
import { addressRange, areEverybody } from './address-ranges.js';

/** IPv4 written as IPv6, as `URL` writes it. */
const MAPPED = /^\[::ffff:[\da-f]{1,4}:[\da-f]{1,4}\]$/;
const MAPPED_BITS = 96;

const PREFIX = /^\d{1,3}$/;

interface Range {
  readonly address: string;
  readonly prefix: number;
}

/** The machines whose word about a request is believed. */
export class TrustedProxies {
  private readonly list = new BlockList();
  /** What of the text is no address and no range, in its own words. */
  readonly wrong: readonly string[];
  /** What of the text is everybody, in its own words: each such range, and all others, if they are together; nobody is believed then. */
  readonly everybody: readonly string[];

  /** `text`: addresses and ranges (`10.0.0.0/8`, `fd00::/8`), separated by commas. */
  constructor(text = '') {
    const entries = text.split(',').map((entry) => entry.trim());
    const told = entries.filter((entry) => entry !== '');
    this.wrong = told.filter((entry) => rangeOf(entry) === null);
    const alone = told.filter((entry) => isEverybody([entry]));
    const others = told.filter((entry) => rangeOf(entry) !== null && !isEverybody([entry]));
    this.everybody = [...alone, ...(isEverybody(others) ? [others.join(',')] : [])];
    if (this.everybody.length > 0) return;
    for (const { address, prefix } of rangesOf(told)) this.list.addSubnet(address, prefix, familyOf(address));
  }

  /** IPv4 is the same written as IPv6 (`::ffff:10.0.0.1`), here and in the list. */
  has(address: string): boolean {
    return isIP(address) !== 0 && this.list.check(address, familyOf(address));
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

function rangesOf(entries: readonly string[]): readonly Range[] {
  return entries.map(rangeOf).filter((range) => range !== null);
}

function isEverybody(entries: readonly string[]): boolean {
  return areEverybody(rangesOf(entries).map(({ address, prefix }) => addressRange(address, prefix)));
}

/** With the prefix of IPv4, such a range would be everybody. */
function isMapped(address: string): boolean {
  return !isIPv4(address) && MAPPED.test(new URL(`http://[${address}]`).hostname);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
