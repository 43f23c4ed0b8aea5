import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { memoryOf, memoryOfGroup, type ProcessMemory } from '../../tools/process-memory.js';
import { nodeScript, Program } from '../../tools/program.js';
import { until } from '../../tools/until.js';
import { updaterVariables } from '../shared/updater-variables.js';
import { DELAY_PROBE, delayIn } from './delay-probe.js';
import { ENVIRONMENTS } from './fleet.js';
import type { Delay } from './push.js';

const START_SECONDS = 120;
const START_LOOK_MS = 20;

export interface UpdaterOptions {
  readonly script: string;
  /** Another updater, for the shell; null: the service of this repository. */
  readonly command: string | null;
  readonly rancher: string;
  readonly folder: string;
  readonly parallel: number;
  readonly heard: (line: string) => void;
  readonly died: (error: Error) => void;
}

export interface Answer {
  readonly status: number;
  readonly milliseconds: number;
}

export interface Decided {
  readonly queued: number;
  readonly left: number;
}

/** The program that is measured, in a process of its own. */
export class Updater {
  /** From the start of its process until it could do its work. */
  startMs = 0;
  /** Services that it has decided about in all, as its log says. */
  planned: Decided = { queued: 0, left: 0 };
  private readonly agent = new Agent({ keepAlive: true });
  private readonly program: Program;
  private readonly unknown = new Set<string>(ENVIRONMENTS);
  private delayHeard: (delay: Delay) => void = () => undefined;

  private constructor(
    private readonly options: UpdaterOptions,
    private readonly port: number,
  ) {
    const { script, command, folder, heard, died } = options;
    const isOwn = command === null;
    this.program = new Program({
      command: isOwn ? nodeScript(script, [], [`--import=${DELAY_PROBE}`]) : ['sh', '-c', command],
      hasChildren: !isOwn,
      variables: { ...(isOwn ? {} : process.env), ...this.variables() },
      // The command of another names files as the caller does.
      ...(isOwn && { folder }),
      heard: (line) => {
        heard(line);
        this.hear(line);
      },
      died,
    });
  }

  /**
   * Resolves when it is ready: it says so, and knows the services of every environment. Of another updater only the first
   * answer can be seen. Throws where that takes longer than two minutes.
   */
  static async start(options: UpdaterOptions, signal: AbortSignal): Promise<Updater> {
    const port = await freePort();
    const began = performance.now();
    const updater = new Updater(options, port);
    try {
      await until('the updater is ready', START_SECONDS, START_LOOK_MS, signal, () => updater.isReady());
    } catch (error) {
      await updater.kill();
      throw error;
    }
    updater.startMs = performance.now() - began;
    return updater;
  }

  /** Asks for an upgrade, confirmed where it succeeds. */
  push(image: string): Promise<Answer> {
    return this.ask('POST', '/upgrade', JSON.stringify({ docker_image: image, confirm: true }));
  }

  /** How late its event loop was since this was last asked; null: it cannot be seen. */
  async delay(): Promise<Delay | null> {
    if (this.options.command !== null) return null;
    const told = new Promise<Delay>((resolve) => (this.delayHeard = resolve));
    this.program.signal('SIGUSR2');
    return Promise.race([told, this.program.ended.then(() => null)]);
  }

  memory(): ProcessMemory {
    return this.options.command === null ? memoryOf(this.program.pid) : memoryOfGroup(this.program.pid);
  }

  kill(): Promise<void> {
    this.agent.destroy();
    return this.program.kill();
  }

  private variables(): Readonly<Record<string, string>> {
    const { rancher, folder, parallel } = this.options;
    const data = join(folder, 'data');
    return updaterVariables(
      { rancher, port: this.port, data },
      { AUTOUPDATE_MAX_PARALLEL: String(parallel), AUTOUPDATE_LOG_FORMAT: 'json' },
    );
  }

  /**
   * `services of … are known` is said by src/rancher/cattle/fleet/listing-log.ts, and `planned: … to upgrade, … left` by
   * src/upgrade/planning/planning.runner.ts, in these words.
   */
  private hear(line: string): void {
    const known = /"message":"services of ([^"]+) are known"/.exec(line)?.[1];
    if (known !== undefined) this.unknown.delete(known);
    const [, queued = 0, left = 0] = /"message":"planned: (\d+) to upgrade, (\d+) left"/.exec(line) ?? [];
    this.planned = { queued: this.planned.queued + Number(queued), left: this.planned.left + Number(left) };
    const delay = delayIn(line);
    if (delay) this.delayHeard(delay);
  }

  private async isReady(): Promise<boolean> {
    const isOwn = this.options.command === null;
    if (isOwn && this.unknown.size > 0) return false;
    const answer = await this.ask('GET', isOwn ? '/health/ready' : '/ping').catch(() => null);
    return isOwn ? answer?.status === 200 : answer !== null;
  }

  private ask(method: string, path: string, body = ''): Promise<Answer> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const { agent, port } = this;
      const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
        const milliseconds = performance.now() - began;
        response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, milliseconds }));
        response.once('error', reject);
      });
      sent.once('error', reject).end(body);
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}
