import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  readonly script: string;
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Finds, in a line it writes, the address at which it listens. */
  readonly address: RegExp;
  /** Told of each line that it writes. */
  readonly heard?: (line: string) => void;
  /** Told that it has ended though nobody has killed it. */
  readonly died?: (error: Error) => void;
}

/** A program in a process of its own, to be killed. */
export class Program {
  /** Where it listens; never settles where it ends before it says so. */
  readonly address: Promise<string>;
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private isKilled = false;

  constructor({ script, args = [], variables, folder, address, heard, died }: ProgramOptions) {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.closed = once(child, 'close');
    const kill = (): unknown => child.kill('SIGKILL');
    process.once('exit', kill);
    let last = '';
    child.once('close', (status, signal) => {
      process.off('exit', kill);
      if (!this.isKilled) died?.(new Error(`${script} has ended by itself (${signal ?? status}): ${last}`));
    });
    this.address = new Promise((resolve) => {
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          last = line;
          heard?.(line);
          const found = address.exec(line)?.[1];
          if (found !== undefined) resolve(found);
        });
      }
    });
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    this.isKilled = true;
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
