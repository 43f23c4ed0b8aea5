import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How many of its last lines are told when a program ends by itself: Node's on a failure are a dozen. */
const LAST_LINES = 20;

export interface ProgramOptions {
  /** What people are told that it is; absent: its command. */
  readonly name?: string;
  /** A program and its arguments; see `nodeScript`. */
  readonly command: readonly [string, ...string[]];
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** In which it runs; absent: that of this process. */
  readonly folder?: string;
  /** Finds, in a line it writes, the address at which it listens. */
  readonly address?: RegExp;
  /** Whether it may have children of its own, as a shell does: they end with it. */
  readonly hasChildren?: boolean;
  /** Told of each line that it writes. */
  readonly heard?: (line: string) => void;
  /** Told that it has ended though nobody has ended it, with its last lines. */
  readonly died?: (error: Error) => void;
}

/** A script to be run by this Node, under such options of Node's. */
export function nodeScript(
  script: string,
  args: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): ProgramOptions['command'] {
  return [process.execPath, ...nodeOptions, script, ...args];
}

/** A program in a process of its own; it ends with this process at the latest. */
export class Program {
  /** Where it listens; never settles where it ends before it says so. */
  readonly address: Promise<string>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private isEnded = false;

  constructor(private readonly options: ProgramOptions) {
    const {
      command,
      name = command.join(' '),
      variables,
      folder,
      address,
      hasChildren = false,
      heard,
      died,
    } = options;
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: hasChildren,
    });
    this.child = child;
    this.ended = once(child, 'close');
    const kill = () => this.signal('SIGKILL');
    process.once('exit', kill);
    const last: string[] = [];
    child.once('close', (status, signal) => {
      process.off('exit', kill);
      const words = `${name} has ended by itself (${signal ?? status}): ${last.join('\n')}`;
      if (!this.isEnded) died?.(new Error(words));
    });
    this.address = new Promise((resolve) => {
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          last.push(line);
          if (last.length > LAST_LINES) last.shift();
          heard?.(line);
          const found = address?.exec(line)?.[1];
          if (found !== undefined) resolve(found);
        });
      }
    });
  }

  /** Starts a program and waits until it says where it listens. Throws with its last lines where it ends before. */
  static start(options: ProgramOptions): Promise<{ readonly program: Program; readonly address: string }> {
    return new Promise((resolve, reject) => {
      const died = (error: Error): void => {
        reject(error);
        options.died?.(error);
      };
      const program = new Program({ ...options, died });
      void program.address.then((address) => resolve({ program, address }));
    });
  }

  /** Throws where it could not be started. */
  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.options.command[0]} could not be started`);
    return this.child.pid;
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (this.options.hasChildren === true) process.kill(-pid, name);
    else this.child.kill(name);
  }

  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Asks it to end; resolves when it has. It is killed where it has not within `ms` milliseconds. */
  async stop(ms?: number): Promise<void> {
    const killing = ms === undefined ? undefined : setTimeout(() => this.signal('SIGKILL'), ms);
    await this.end('SIGTERM');
    clearTimeout(killing);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.isEnded = true;
    this.signal(signal);
    await this.ended;
  }
}
