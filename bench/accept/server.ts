import { memoryOf } from '../../tools/process-memory.js';
import { nodeScript, Program } from '../../tools/program.js';

/** An idle program leaves its garbage lying about: this has it swept up on a signal. */
const COLLECTING = `data:text/javascript,${encodeURIComponent("process.on('SIGUSR2', () => { gc(); gc(); })")}`;
const COLLECTED_MS = 3000;

/** A server in a process of its own. */
export class Server {
  private constructor(
    private readonly program: Program,
    readonly address: string,
    /** From its start to its first answer. */
    readonly startMs: number,
  ) {}

  /** Resolves when it answers. Throws with its last line if it ends before. */
  static async start(script: string, variables: Readonly<Record<string, string>> = {}): Promise<Server> {
    const began = performance.now();
    const { program, address } = await Program.start({
      command: nodeScript(script, [], ['--expose-gc', `--import=${COLLECTING}`]),
      variables,
      address: /"address":"(http[^"]+)"/,
    });
    await fetch(`${address}/ping`);
    return new Server(program, address, performance.now() - began);
  }

  /** Megabytes of memory that it holds, without garbage. */
  async memory(): Promise<number> {
    this.program.signal('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, COLLECTED_MS));
    return memoryOf(this.program.pid).now;
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
