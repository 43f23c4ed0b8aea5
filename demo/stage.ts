import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeScript, Program, type ProgramOptions } from '../tools/program.js';
import { Rancher } from './rancher.js';
import { SlackReceiver } from './slack-receiver.js';
import { Updater } from './updater.js';

/** The repository, two folders above where this is compiled to. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SERVICE = join(ROOT, 'dist/main.js');
const SIMULATOR = join(ROOT, 'build/simulator/main.js');
const FLEET = join(ROOT, 'demo/fleet.yaml');

/** How many of Rancher's seconds pass in one. */
const SPEED = '2';

/** The service itself takes at most 10 s to end. */
const STOP_MS = 12_000;

/** What the service writes. */
interface Log {
  /** Told of each line. */
  heard(line: string): void;
}

/** The setting on the stage. */
export interface Scene {
  readonly rancher: Rancher;
  readonly slack: SlackReceiver;
  readonly updater: Updater;
  /** The service's own log. */
  readonly log: Log;
  /** What the service was started with. */
  readonly variables: Readonly<Record<string, string>>;
  /** Aborted when the story cannot go on; every wait of it ends then. */
  readonly signal: AbortSignal;
}

/** Sets up, on free ports of the loopback, a Rancher, a Slack, and the service between them; and takes all down again. */
export class Stage {
  private readonly slack = new SlackReceiver();
  private readonly programs: Program[] = [];
  private folder: string | null = null;

  constructor(private readonly ended: AbortController) {}

  async open(): Promise<Scene> {
    const { signal } = this.ended;
    const { slack } = this;
    checkBuilt();
    this.folder = await mkdtemp(join(tmpdir(), 'updater-demo-'));
    const simulator = await this.start({
      name: 'the simulator',
      command: nodeScript(SIMULATOR, ['--port', '0', '--fleet', FLEET, '--speed', SPEED]),
      folder: this.folder,
      address: /^Rancher simulator at (\S+)/,
    });
    const rancher = new Rancher(simulator, signal);
    const variables = {
      CATTLE_URL: rancher.url,
      CATTLE_ACCESS_KEY: 'demo-key',
      CATTLE_SECRET_KEY: 'demo-secret',
      AUTOUPDATE_SLACK_WEBHOOK_URL: await slack.start(),
      AUTOUPDATE_MAX_PARALLEL: '3',
      AUTOUPDATE_HTTP_HOST: '127.0.0.1',
      AUTOUPDATE_HTTP_PORT: '0',
      AUTOUPDATE_DATA_DIR: this.folder,
      AUTOUPDATE_LOG_FORMAT: 'text',
    };
    const log: Log = { heard: () => undefined };
    const service = await this.start({
      name: 'the service',
      command: nodeScript(SERVICE),
      variables,
      folder: this.folder,
      address: / started .*\baddress=(\S+)/,
      heard: (line) => log.heard(line),
    });
    const updater = new Updater(service, signal);
    await updater.ready();
    return { rancher, slack, updater, log, variables, signal };
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop(STOP_MS)));
    this.slack.stop();
    if (this.folder !== null) await rm(this.folder, { recursive: true });
  }

  /** Starts a program and answers where it listens. Its death ends the story. */
  private start(options: ProgramOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const died = (error: Error): void => {
        this.ended.abort(error);
        reject(error);
      };
      const program = new Program({ ...options, died });
      this.programs.push(program);
      void program.address.then(resolve);
    });
  }
}

function checkBuilt(): void {
  const commands = [
    [SERVICE, 'npm run build'],
    [SIMULATOR, 'npm run build:tools'],
  ] as const;
  for (const [file, command] of commands) {
    if (!existsSync(file))
      throw new Error(`${file} is missing: run \`${command}\` first, or \`npm run demo\`, which does`);
  }
}
