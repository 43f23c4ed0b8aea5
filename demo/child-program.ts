import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How many of its last lines are told when a program ends too early. */
const LAST_LINES = 15;

/** The service itself takes at most 10 s to end. */
const STOP_MS = 12_000;

export interface ProgramOptions {
  /** For people. */
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Finds, in a line it writes, the address at which it listens. */
  readonly address: RegExp;
  /** Told that it has ended though nobody has stopped it, with its last lines. */
  readonly died: (error: Error) => void;
}

/** A program that the demo shows, in a process of its own, without the variables of whoever started the demo. */
export class ChildProgram {
  /** Where it listens; rejected if it ends before it says so. */
  readonly address: Promise<string>;
  /** Told of each line that it writes. */
  heard: (line: string) => void = () => undefined;
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private readonly last: string[] = [];
  private isStopping = false;

  constructor({ name, script, args = [], variables, folder, address, died }: ProgramOptions) {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.closed = once(child, 'close');
    process.once('exit', () => child.kill('SIGKILL'));
    this.address = new Promise((resolve, reject) => {
      child.once('close', (status, signal) => {
        const error = new Error(this.lastWords(name, signal ?? `status ${status}`));
        if (!this.isStopping) died(error);
        reject(error);
      });
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          this.remember(line);
          const found = address.exec(line)?.[1];
          if (found !== undefined) resolve(found);
        });
      }
    });
  }

  /** Asks it to end, and resolves when it has; one that does not in time is killed. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.child.kill('SIGTERM');
    const killing = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.closed;
    clearTimeout(killing);
  }

  private remember(line: string): void {
    this.last.push(line);
    if (this.last.length > LAST_LINES) this.last.shift();
    this.heard(line);
  }

  private lastWords(name: string, how: string): string {
    return [`${name} has ended with ${how}. Its last lines:`, ...this.last.map((line) => `  ${line}`)].join(
      '\n',
    );
  }
}
