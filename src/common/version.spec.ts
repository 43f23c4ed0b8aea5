import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { programCommit } from './version.js';

describe(programCommit.name, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'version-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function commit(): string | null {
    return programCommit(pathToFileURL(`${folder}/`));
  }

  it.each([
    ['0123456789abcdef0123456789abcdef01234567\n', '0123456789abcdef0123456789abcdef01234567'],
    ['0123abc', '0123abc'],
    ['', null],
    ['main', null],
    ['unknown', null],
  ])('reads %j, which the build has left, as %j', (text, known) => {
    writeFileSync(join(folder, 'commit'), text);

    expect(commit()).toBe(known);
  });

  it('knows none where the build has left nothing', () => {
    expect(commit()).toBeNull();
  });
});
