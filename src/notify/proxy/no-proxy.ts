import { BlockList, isIP } from 'node:net';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** As a URL has it, where all names are in ASCII and a last part of digits makes an IPv4 address. */
const HOST = /^(?:[a-z\d_-]+\.)*(?!\d+$)[a-z\d_-]+$/;
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|::1)$/;

/**
 * Whether a list as in `NO_PROXY` says that an address is reached without a proxy. Its entries, separated by commas or
 * spaces, are a host with those below it (`acme.io`, `.acme.io`, `*.acme.io`), an IP address, a network (`10.0.0.0/8`), each
 * with a port or without, or `*`. This machine itself is always reached without one.
 */
export function isDirect(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (DEFAULT_PORTS[url.protocol] ?? '');
  if (LOOPBACK.test(host)) return true;
  return entriesOf(list).some((entry) => entry === '*' || covers(entry, host, port));
}

/** What of such a list can say nothing about any address, in its own words. */
export function idleIn(list: string): readonly string[] {
  return entriesOf(list).filter((entry) => entry !== '*' && !canCover(entry));
}

function entriesOf(list: string): readonly string[] {
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.filter((entry) => entry !== '');
}

function canCover(entry: string): boolean {
  const [name, port] = split(entry);
  if (port !== null && !(Number(port) >= 1 && Number(port) <= 65535)) return false;
  const [address = ''] = name.split('/');
  return isIP(address) === 0 ? HOST.test(domainOf(name)) : networkOf(name) !== null;
}

function covers(entry: string, host: string, port: string): boolean {
  const [name, only] = split(entry);
  if (only !== null && only !== port) return false;
  const [address = ''] = name.split('/');
  const version = isIP(address);
  if (version === 0) return isIP(host) === 0 && isBelow(host, domainOf(name));
  return isIP(host) === version && (networkOf(name)?.check(host, familyOf(version)) ?? false);
}

/** `host:port`; an IPv6 address has its port behind brackets. */
function split(entry: string): readonly [name: string, port: string | null] {
  const [, name = '', port] = /^(\[[^\]]*\](?:\/\d+)?|[^:]*):(\d+)$/.exec(entry) ?? [null, entry];
  return [bare(name), port ?? null];
}

/** Of an IP address, alone or with its bits; null: it has not so many. */
function networkOf(name: string): BlockList | null {
  const [address = '', bits, ...more] = name.split('/');
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const isLength = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= longest);
  if (!isLength || more.length > 0) return null;
  const list = new BlockList();
  list.addSubnet(address, Number(bits ?? longest), familyOf(version));
  return list;
}

/** `*.acme.io` and `.acme.io` are all below `acme.io`. */
function domainOf(name: string): string {
  return name.replace(/^\*?\./, '');
}

function familyOf(version: number): 'ipv4' | 'ipv6' {
  return version === 6 ? 'ipv6' : 'ipv4';
}

function isBelow(host: string, domain: string): boolean {
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function bare(host: string): string {
  return host.replace(/[[\]]/g, '').replace(/\.$/, '').toLowerCase();
}
