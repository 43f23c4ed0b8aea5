import { afterEach, describe, expect, it } from '@jest/globals';
import { memoryOf, memoryOfGroup } from './process-memory.js';
import { nodeScript, Program, type ProgramOptions } from './program.js';

/** Says its address and stays. */
const STAYING = `console.log('at http://here ' + process.pid); setInterval(() => undefined, 1000);`;
const ADDRESS = /at (\S+)/;

function evaluated(code: string): ProgramOptions['command'] {
  return nodeScript('--eval', [code]);
}

describe(Program, () => {
  const started: Program[] = [];

  afterEach(async () => {
    await Promise.all(started.splice(0).map((program) => program.kill()));
  });

  async function start(options: ProgramOptions): Promise<string> {
    const { program, address } = await Program.start(options);
    started.push(program);
    return address;
  }

  it('tells where it listens, and the memory that it takes', async () => {
    expect(await start({ command: evaluated(STAYING), address: ADDRESS })).toBe('http://here');

    const { now, peak } = memoryOf(started[0]?.pid ?? 0);
    expect(now).toBeGreaterThan(5);
    expect(peak).toBeGreaterThanOrEqual(now);
  });

  it('fails with its last lines where it ends before it listens', async () => {
    const lines = `for (let line = 1; line <= 22; line += 1) console.error('line ' + line + '.');`;
    const command = evaluated(`${lines} process.exitCode = 3;`);

    await expect(start({ command, address: ADDRESS })).rejects.toThrow(
      /has ended by itself \(3\): line 3\.\nline 4\.\n[^]*\nline 22\.$/,
    );
  });

  it('tells of what Node could not run, though it ends with its version', async () => {
    const command = nodeScript('/nowhere/main.js');

    await expect(start({ command })).rejects.toThrow("Cannot find module '/nowhere/main.js'");
  });

  it('tells that it has ended by itself, not that it was ended', async () => {
    const deaths: string[] = [];
    const died = ({ message }: Error) => deaths.push(message);
    await start({ command: evaluated(STAYING), address: ADDRESS, died });
    await start({
      command: evaluated(`process.on('SIGUSR2', () => process.exit(4)); ${STAYING}`),
      address: ADDRESS,
      died,
    });

    await started[0]?.stop();
    started[1]?.signal('SIGUSR2');
    await started[1]?.ended;

    expect(deaths).toEqual([expect.stringContaining('(4)')]);
  });

  it('ends a shell with its children, and counts their memory', async () => {
    const command = ['sh', '-c', `"${process.execPath}" --eval "${STAYING}"; true`] as const;
    const heard: string[] = [];
    await start({ command, address: ADDRESS, hasChildren: true, heard: (line) => heard.push(line) });
    const child = Number(heard[0]?.split(' ').at(-1));
    const shell = started[0]?.pid ?? 0;

    expect(memoryOfGroup(shell).now).toBeGreaterThanOrEqual(memoryOf(child).now);
    await started[0]?.kill();

    expect(child).not.toBe(shell);
    expect(memoryOfGroup(shell)).toEqual({ now: 0, peak: 0 });
  });
});
