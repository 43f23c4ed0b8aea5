import { readdirSync, readFileSync } from 'node:fs';

/** Megabytes that are in memory, now and at most since the start. Linux only. */
export interface ProcessMemory {
  readonly now: number;
  readonly peak: number;
}

/** Throws where there is no such process. */
export function memoryOf(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { now: megabytes(status, 'VmRSS'), peak: megabytes(status, 'VmHWM') };
}

/** That of all processes of a group together; their peaks, which need not be at the same time, are summed up. */
export function memoryOfGroup(group: number): ProcessMemory {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? membersOf(Number(name), group) : [],
  );
  const sum = (figure: (memory: ProcessMemory) => number) =>
    all.reduce((total, memory) => total + figure(memory), 0);
  return { now: sum(({ now }) => now), peak: sum(({ peak }) => peak) };
}

function membersOf(pid: number, group: number): readonly ProcessMemory[] {
  try {
    // The name, in brackets, can hold anything: state, parent and group follow it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , found] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(found) === group ? [memoryOf(pid)] : [];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

function megabytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
}
