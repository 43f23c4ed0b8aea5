import { BlockList, isIP } from 'node:net';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
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
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  const [name, only] = split(entry);
  if (only !== null && only !== port) return false;
  const [address = '', bits] = name.split('/');
  const version = isIP(address);
  if (version === 0) return isIP(host) === 0 && isBelow(host, name.replace(/^\*?\./, ''));
  return isIP(host) === version && networkOf(address, bits).check(host, familyOf(version));
}

/** `host:port`; an IPv6 address has its port behind brackets. */
function split(entry: string): readonly [name: string, port: string | null] {
  const [, name = '', port] = /^(\[[^\]]*\](?:\/\d+)?|[^:]*):(\d+)$/.exec(entry) ?? [null, entry];
  return [bare(name), port ?? null];
}

function networkOf(address: string, bits: string | undefined): BlockList {
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const length = bits === undefined ? longest : Number(bits);
  const list = new BlockList();
  if (Number.isInteger(length) && length >= 0 && length <= longest) {
    list.addSubnet(address, length, familyOf(version));
  }
  return list;
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
