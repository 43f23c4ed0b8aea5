import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** An idle program leaves its garbage lying about: this has it swept up on a signal. */
const COLLECTING = `data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => { gc(); gc(); })")}`;
const COLLECTED_MS = 3000;

/** A server in a process of its own. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
    /** From its start to its first answer. */
    readonly startMs: number,
  ) {}

  /** Resolves when it answers. Throws with its last line if it ends before. */
  static async start(script: string, variables: Readonly<Record<string, string>> = {}): Promise<Server> {
    const began = performance.now();
    const child = spawn(process.execPath, ['--expose-gc', `--import=${COLLECTING}`, script], {
      env: { PATH: process.env['PATH'], ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    const address = await addressOf(child, script);
    await fetch(`${address}/ping`);
    return new Server(child, address, performance.now() - began);
  }

  /** Megabytes of memory that it holds, without garbage. */
  async memory(): Promise<number> {
    this.child.kill('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, COLLECTED_MS));
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await closed;
  }
}

async function addressOf(child: ChildProcess, script: string): Promise<string> {
  if (!child.stdout) throw new Error('a server without output');
  let last = '';
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`${script} has ended: ${last}`)));
    lines.on('line', (line) => {
      last = line;
      const address = /"address":"(http[^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
