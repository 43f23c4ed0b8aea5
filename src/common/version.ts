import { readFileSync } from 'node:fs';

const COMMIT = /^[0-9a-f]{7,64}$/;

/** The commit that this program was built from; null: who built it did not say. */
export function programCommit(folder = new URL('../../', import.meta.url)): string | null {
  try {
    const commit = readFileSync(new URL('commit', folder), 'utf8').trim();
    return COMMIT.test(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** The version of this program, as its package says. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const read: unknown = JSON.parse(text);
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : 'unknown';
}
