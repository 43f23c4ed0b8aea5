import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';

const ID = /[0-9a-f]{64}/g;
/** A container engine names a host, if nobody else does, by the first digits of the container's id. */
const SHORT_ID = /^[0-9a-f]{12}$/;
/** A container engine mounts these from a folder that has the container's id in its name. */
const MOUNTED = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf']);

/** Knows in which container this process runs, if it runs in one. */
@Injectable()
export class OwnContainer {
  private ids: readonly string[] | null = null;

  /** It runs in a container, as far as can be told from inside. */
  get isKnown(): boolean {
    return this.found().length > 0;
  }

  /** Whether a container engine's id is that of the container this process runs in. */
  is(id: string): boolean {
    return this.found().some((own) => id === own || (SHORT_ID.test(own) && id.startsWith(own)));
  }

  private found(): readonly string[] {
    this.ids ??= containerIds(read('/proc/self/cgroup'), read('/proc/self/mountinfo'), hostname());
    return this.ids;
  }
}

/** Ids of the container that a process runs in, as Linux and the container engine let it know: whole or short ones. */
export function containerIds(cgroup: string, mountinfo: string, host: string): readonly string[] {
  const ofGroups = cgroup.split('\n').map((line) => line.match(ID)?.at(-1));
  const ofMounts = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , mountPoint]) => MOUNTED.has(mountPoint ?? ''))
    .map(([, , , root]) => root?.match(ID)?.at(-1));
  const ofHost = SHORT_ID.test(host) ? host : undefined;
  return [...new Set([...ofGroups, ...ofMounts, ofHost].filter((id) => id !== undefined))];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
