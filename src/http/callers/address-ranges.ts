import { isIPv4 } from 'node:net';

/** From the first to the last of its addresses, as numbers. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = 128;

/** `::ffff:0.0.0.0`: where IPv4 is within IPv6. */
const IPV4 = 0xffff_0000_0000n;

/** All that machines can have in IPv4, and all public addresses of IPv6. */
const EVERYBODY: readonly AddressRange[] = [
  { first: numberOf('1.0.0.0'), last: numberOf('223.255.255.255') },
  { first: numberOf('2000::'), last: numberOf('3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff') },
];

/** The addresses that begin with the first `prefix` bits of a valid address. */
export function addressRange(address: string, prefix: number): AddressRange {
  const free = BigInt((isIPv4(address) ? 32 : BITS) - prefix);
  const first = (numberOf(address) >> free) << free;
  return { first, last: first + (1n << free) - 1n };
}

/** Whether these together leave nobody out who could come by IPv4, or from the internet by IPv6. */
export function areEverybody(ranges: readonly AddressRange[]): boolean {
  const sorted = ranges.toSorted((one, other) => (one.first < other.first ? -1 : 1));
  return EVERYBODY.some(({ first, last }) => reach(sorted, first) > last);
}

/** The first address from `start` on that is in none of the ranges, which are sorted by where they begin. */
function reach(sorted: readonly AddressRange[], start: bigint): bigint {
  return sorted.reduce((next, { first, last }) => (first <= next && last >= next ? last + 1n : next), start);
}

function numberOf(address: string): bigint {
  if (isIPv4(address)) return IPV4 + joined(address.split('.').map(Number), 8n);
  // As `URL` writes it: without IPv4 in it, with at most one gap.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const gap = Array.from({ length: BITS / 16 - before.length - after.length }, () => 0);
  return joined([...before, ...gap, ...after], 16n);
}

function groupsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((all, part) => (all << bits) + BigInt(part), 0n);
}
