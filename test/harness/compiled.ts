import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Compiles the service into a folder, as its users have it. */
export function compileService(home: string): void {
  mkdirSync(home, { recursive: true });
  copyFileSync('package.json', join(home, 'package.json'));
  compile('tsconfig.build.json', join(home, 'dist'));
}

/** The same, with the simulator, the demo and the bench beside it. */
export function compileAll(home: string): void {
  compileService(home);
  compile('tsconfig.tools.json', join(home, 'build'));
}

function compile(project: string, folder: string): void {
  const compiler = resolve('node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', project, '--outDir', folder]);
}
