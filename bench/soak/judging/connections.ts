import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How many connections a process has to a port, in whatever state, as Linux has them. */
export function connectionsTo(port: number, pid: number): number {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => socketOf(`/proc/${pid}/fd/${fd}`)));
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8'));
  return tables.flatMap((table) => socketsTo(port, table)).filter((socket) => own.has(socket)).length;
}

/** The inodes of all sockets in one of Linux's tables whose other end is such a port. */
export function socketsTo(port: number, table: string): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, , remote = '', , , , , , , inode]) => (remote.endsWith(suffix) && inode ? [inode] : []));
}

function socketOf(link: string): readonly string[] {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.slice(1) ?? [];
  } catch {
    // It was closed meanwhile.
    return [];
  }
}
