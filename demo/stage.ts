import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildProgram, type ProgramOptions } from './child-program.js';
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

/** The setting on the stage. */
export interface Scene {
  readonly rancher: Rancher;
  readonly slack: SlackReceiver;
  readonly updater: Updater;
  /** The service's own log, line by line. */
  readonly service: ChildProgram;
  /** What the service was started with. */
  readonly variables: Readonly<Record<string, string>>;
  /** Aborted when the story cannot go on; every wait of it ends then. */
  readonly signal: AbortSignal;
}

/** Sets up, on free ports of the loopback, a Rancher, a Slack, and the service between them; and takes all down again. */
export class Stage {
  private readonly slack = new SlackReceiver();
  private readonly programs: ChildProgram[] = [];
  private folder: string | null = null;

  constructor(private readonly ended: AbortController) {}

  async open(): Promise<Scene> {
    const { signal } = this.ended;
    const { slack } = this;
    checkBuilt();
    this.folder = await mkdtemp(join(tmpdir(), 'updater-demo-'));
    const simulator = this.start({
      name: 'the simulator',
      script: SIMULATOR,
      args: ['--port', '0', '--fleet', FLEET, '--speed', SPEED],
      folder: this.folder,
      address: /^Rancher simulator at (\S+)/,
    });
    const rancher = new Rancher(await simulator.address, signal);
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
    const service = this.start({
      name: 'the service',
      script: SERVICE,
      variables,
      folder: this.folder,
      address: / started .*\baddress=(\S+)/,
    });
    const updater = new Updater(await service.address, signal);
    await updater.ready();
    return { rancher, slack, updater, service, variables, signal };
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    this.slack.stop();
    if (this.folder !== null) await rm(this.folder, { recursive: true });
  }

  private start(options: Omit<ProgramOptions, 'died'>): ChildProgram {
    const program = new ChildProgram({ ...options, died: (error) => this.ended.abort(error) });
    this.programs.push(program);
    return program;
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
