import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkAnswers, holdToDocument } from './answers.js';
import { compileService } from './compiled.js';

type Variables = Readonly<Record<string, string>>;

/** What a process has left: its status is null when a signal has killed it. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The program as its users have it: compiled, and run in processes of its own. */
export class Program {
  private constructor(
    private readonly home: string,
    /** Where it is run, empty at first. */
    readonly folder: string,
  ) {}

  /** Compiles it; `name` tells the places of several tests apart. */
  static compile(name: string): Program {
    const home = resolve('build', `${name}-${process.pid}`);
    compileService(home);
    return new Program(home, mkdtempSync(join(tmpdir(), `${name}-`)));
  }

  /** `fileLimit`: no file that it writes gets larger than so many kB. */
  start(variables: Variables, fileLimit: number | 'unlimited' = 'unlimited'): ProgramRun {
    const env = { PATH: process.env['PATH'], ...variables };
    const main = join(this.home, 'dist/main.js');
    // The shell becomes the program.
    const script = `ulimit -f ${fileLimit} && exec "$0" "$@"`;
    const args = ['--norc', '-c', script, process.execPath, main];
    return new ProgramRun(spawn('bash', args, { cwd: this.folder, env, stdio: 'pipe' }));
  }

  /** Runs it to its end. */
  run(variables: Variables): Promise<Ended> {
    return this.start(variables).ended;
  }

  /** Throws where it has answered otherwise than its document says. */
  async remove(): Promise<void> {
    rmSync(this.home, { recursive: true });
    rmSync(this.folder, { recursive: true });
    await checkAnswers();
  }
}

/** One run of the program. */
export class ProgramRun {
  readonly ended: Promise<Ended>;
  private output = '';
  private errors = '';

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk) => (this.output += String(chunk)));
    child.stderr.on('data', (chunk) => (this.errors += String(chunk)));
    this.ended = once(child, 'close').then(([status]: readonly (number | null)[]) => ({
      status: status ?? null,
      output: this.output,
      errors: this.errors,
    }));
  }

  /** The log up to now, a line each. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.output.split('\n').slice(0, -1).map(parsed);
  }

  /** The first line of the log with this message, as soon as it is there. */
  async logLine(message: string): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const found = this.log.find((line) => line['message'] === message);
      if (found) return found;
      await Promise.race([once(this.child.stdout, 'data'), this.endedBefore(message)]);
    }
  }

  /** Where it listens, as soon as it does. */
  async address(): Promise<string> {
    const address = String((await this.logLine('started'))['address']);
    holdToDocument(address);
    return address;
  }

  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  private async endedBefore(message: string): Promise<never> {
    const { errors } = await this.ended;
    throw new Error(`the service ended before it said "${message}": ${errors}`);
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Record<string, unknown>;
}
