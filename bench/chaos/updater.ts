import { rm } from 'node:fs/promises';
import { nodeScript, Program } from '../../tools/program.js';
import { updaterVariables } from '../shared/updater-variables.js';
import type { Receiver } from './notices/receiver.js';

const MAX_PARALLEL = 20;

export interface UpdaterOptions {
  readonly script: string;
  /** Where it runs; its data is below. */
  readonly folder: string;
  readonly rancher: string;
  /** Who is told; they listen when it is started. */
  readonly receivers: readonly Receiver[];
  /** Its data is lost whenever it is killed. */
  readonly isForgetful: boolean;
  readonly heard: (line: string) => void;
  readonly died: (error: Error) => void;
}

/** The service, process after process on the same data. */
export class UpdaterProcess {
  private program: Program | null = null;
  private at: string | null = null;

  constructor(private readonly options: UpdaterOptions) {}

  /** Where it listens now; null: it does not. */
  get url(): string | null {
    return this.at;
  }

  private get data(): string {
    return `${this.options.folder}/data`;
  }

  /** Starts a process; the promise that it answers resolves when that one listens. */
  start(): Promise<void> {
    const { script, folder, rancher, receivers, heard, died } = this.options;
    const program = new Program({
      command: nodeScript(script),
      folder,
      variables: updaterVariables(
        { rancher, port: 0, data: this.data },
        {
          AUTOUPDATE_MAX_PARALLEL: String(MAX_PARALLEL),
          AUTOUPDATE_LOG_FORMAT: 'text',
          AUTOUPDATE_CHANNELS: JSON.stringify(receivers.map(({ channel }) => channel)),
        },
      ),
      address: / started .*\baddress=(\S+)/,
      heard,
      died,
    });
    this.program = program;
    return program.address.then((url) => {
      if (this.program === program) this.at = url;
    });
  }

  async kill(): Promise<void> {
    const { program } = this;
    this.program = null;
    this.at = null;
    await program?.kill();
    if (this.options.isForgetful) await rm(this.data, { recursive: true, force: true });
  }
}
