import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeScript, Program } from '../../tools/program.js';
import { ROOT } from '../shared/run-main.js';
import { updaterVariables } from '../shared/updater-variables.js';
import { within } from '../shared/within.js';
import type { Answer } from './judging/compare.js';
import { SELECTED } from './fleet.js';
import { type Probe, probeIn } from './probe.js';

/** Six hours see a few full listings by the clock, and hours without one. */
const RESYNC_MINUTES = 120;

/** Longer than the key is away. What is under way in an environment that goes for good is given up after so long. */
const PATIENCE_MINUTES = 15;

const PRELOAD = join(ROOT, 'build/bench/soak/preload.js');
const PROBE_MS = 10_000;

/** What Node writes where listeners pile up. */
const LEAK = /MaxListenersExceededWarning/;

export interface UpdaterOptions {
  readonly script: string;
  readonly folder: string;
  readonly rancher: string;
  readonly speed: number;
  readonly heard: (line: string) => void;
  readonly died: (error: Error) => void;
}

export interface Push {
  readonly docker_image: string;
  readonly confirm: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly on_failure: 'leave' | 'rollback';
}

/** An upgrade as the service shows it. */
export interface ShownUpgrade extends Answer {
  readonly id: string;
  readonly status: string;
}

/** The service in its process, whose time runs faster. */
export class Updater {
  /** What it wrote of listeners that pile up. */
  readonly warnings: string[] = [];
  private address = '';
  private probeHeard: (probe: Probe) => void = () => undefined;
  private readonly program: Program;

  private constructor({ script, folder, rancher, speed, heard, died }: UpdaterOptions) {
    const preload = `${pathToFileURL(PRELOAD).href}?speed=${speed}`;
    this.program = new Program({
      command: nodeScript(script, [], ['--expose-gc', `--import=${preload}`]),
      folder,
      variables: updaterVariables(
        { rancher, port: 0, data: join(folder, 'data') },
        {
          AUTOUPDATE_ENVIRONMENT_NAMES: SELECTED.source,
          AUTOUPDATE_RESYNC_MINUTES: String(RESYNC_MINUTES),
          AUTOUPDATE_PATIENCE_MINUTES: String(PATIENCE_MINUTES),
          AUTOUPDATE_LOG_FORMAT: 'text',
        },
      ),
      address: / started .*\baddress=(\S+)/,
      heard: (line) => {
        heard(line);
        this.hear(line);
      },
      died,
    });
  }

  /** Resolves when it listens. */
  static async start(options: UpdaterOptions): Promise<Updater> {
    const updater = new Updater(options);
    updater.address = await updater.program.address;
    return updater;
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Throws where it answers otherwise than with an upgrade. */
  push(push: Push): Promise<ShownUpgrade> {
    return this.call('/upgrade', { method: 'POST', body: JSON.stringify(push) });
  }

  /** What a push would do; null: it cannot say just now. Environments that could not be read are named. */
  async dryRun(image: string): Promise<ShownUpgrade | null> {
    const body = JSON.stringify({ docker_image: image, dry_run: true });
    const response = await fetch(`${this.address}/upgrade`, { method: 'POST', body });
    const text = await response.text();
    return response.ok ? (JSON.parse(text) as ShownUpgrade) : null;
  }

  upgrade(id: string): Promise<ShownUpgrade> {
    return this.call(`/upgrades/${id}`);
  }

  /** Whether nothing moves by itself any more. */
  async isAtRest(): Promise<boolean> {
    const { data } = await this.call<{ data: readonly unknown[] }>('/upgrades?status=running&limit=1');
    return data.length === 0;
  }

  /** Has it sweep up its garbage, and tell of itself. */
  async probe(): Promise<Probe> {
    const told = new Promise<Probe>((resolve) => (this.probeHeard = resolve));
    this.program.signal('SIGUSR2');
    const probe = await within(PROBE_MS, told);
    if (!probe) throw new Error('the service does not tell of itself');
    return probe;
  }

  kill(): Promise<void> {
    return this.program.kill();
  }

  private hear(line: string): void {
    if (LEAK.test(line)) this.warnings.push(line);
    const probe = probeIn(line);
    if (probe) this.probeHeard(probe);
  }

  private async call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(this.address + path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`the service answers ${path} with ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
