import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, anOutboxItem, anUpgrade } from '../../../test/fakes/records.js';
import { anAttempt, aProof, anUndoing } from '../../../test/fakes/situations.js';
import { outbox, startable, unplanned } from './due.js';
import { openDatabase, prepareDirectory } from './open-database.js';
import { openOf } from './records.js';
import { write } from './write.js';

const HOUR_MS = 3_600_000;

describe('openDatabase', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clock-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What is due now, when everything was written down for some hours from now and the file is opened again. */
  async function dueAfter(hours: number): Promise<readonly number[]> {
    const file = join(folder, 'updater.db');
    const dueAt = new Date(Date.now() + hours * HOUR_MS);
    const written = openDatabase(file, new Date());
    await write(written.kysely, {
      upgrade: anUpgrade({ planAt: dueAt, repository: 'other' }),
      rollouts: [aRollout({ dueAt })],
      outbox: [anOutboxItem({ dueAt })],
    });
    await write(written.kysely, { upgrade: anUpgrade({ version: 1, planAt: null }) });
    await write(written.kysely, { upgrade: anUpgrade({ id: 'u2', planAt: dueAt, repository: 'other' }) });
    await written.close();
    const opened = openDatabase(file, new Date());
    const due = { now: new Date(Date.now() + 1000), limit: 9, except: new Set<string>() };
    const { kysely } = opened;
    const found = [await unplanned(kysely, due), await startable(kysely, due)];
    const told = (await outbox(kysely, 'slack', 9, 0)).filter((item) => item.dueAt <= due.now);
    await opened.close();
    return [...found, told].map(({ length }) => length);
  }

  it('makes due what was written down before somebody set the clock back', async () => {
    expect(await dueAfter(5)).toEqual([1, 1, 1]);
  });

  it('lets wait what waits for no longer than things do', async () => {
    expect(await dueAfter(0.9)).toEqual([0, 0, 0]);
  });
});

describe('prepareDirectory', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prepared-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('makes a directory and those above it, and leaves one that is there', () => {
    const directory = join(folder, 'a', 'b');

    prepareDirectory(directory);
    writeFileSync(join(directory, 'kept'), '');
    prepareDirectory(directory);

    expect(existsSync(join(directory, 'kept'))).toBe(true);
  });

  it('says why there can be none', () => {
    const file = join(folder, 'file');
    const link = join(folder, 'link');
    writeFileSync(file, '');
    symlinkSync(join(folder, 'nowhere'), link);

    expect(() => prepareDirectory(file)).toThrow('EEXIST');
    expect(() => prepareDirectory(join(file, 'a', 'b'))).toThrow('ENOTDIR');
    expect(() => prepareDirectory(link)).toThrow('EEXIST');
    expect(() => prepareDirectory('/proc/nope/a')).toThrow("mkdir '/proc/nope'");
  });

  it('lets begin now what has begun in the future, for nothing that is measured from it would ever be over', async () => {
    const file = join(folder, 'updater.db');
    const later = new Date(Date.now() + 24 * HOUR_MS);
    const rollout = aRollout({
      status: 'upgrading',
      timedFrom: later,
      attempt: anAttempt({ at: later }),
      undoing: anUndoing({ at: later }),
      proof: aProof(null, { inspectedAt: later, soundSince: later }),
      outage: anOutage({ since: later }),
    });
    const written = openDatabase(file, new Date());
    await write(written.kysely, { upgrade: anUpgrade(), rollouts: [rollout] });
    await written.close();
    const opened = openDatabase(file, new Date());
    const [found] = await openOf(opened.kysely, rollout.service);
    await opened.close();

    const times = [
      found?.timedFrom,
      found?.attempt?.at,
      found?.undoing?.at,
      found?.proof?.inspectedAt,
      found?.proof?.soundSince,
      found?.outage?.since,
    ];
    expect(times.map((time) => (time ?? later).getTime() <= Date.now())).toEqual(Array(6).fill(true));
  });
});
