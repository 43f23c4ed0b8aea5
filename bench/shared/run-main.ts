import { existsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, three folders above where this is compiled to. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The programs that are measured and judged, as they are built. */
export const SCRIPTS = {
  updater: join(ROOT, 'dist/main.js'),
  simulator: join(ROOT, 'build/simulator/main.js'),
};

/** Throws where one is missing, with the command that builds it. */
export function assertBuilt(scripts: readonly string[], command: string): void {
  for (const script of scripts) {
    if (!existsSync(script)) throw new Error(`${script} is missing: use \`${command}\`, which builds it`);
  }
}

/** Makes a new folder on a real disk: the service flushes what it writes, and finds it again after a kill. */
export async function workFolder(name: string): Promise<string> {
  const build = join(ROOT, 'build');
  await mkdir(build, { recursive: true });
  return mkdtemp(join(build, `${name}-`));
}

/** Ends this process with what `main` answers, or with 2 and a sentence where it throws. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
  process.exitCode = await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  });
}
