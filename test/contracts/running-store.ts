import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock } from '../../src/common/clock.js';
import { provideOne } from '../../src/common/kinds.js';
import { Ending } from '../../src/common/ending.js';
import { createLog, Log } from '../../src/common/log.js';
import { StoreSettings } from '../../src/store/store.settings.js';
import { UpgradeStore, type DueQuery } from '../../src/store/upgrade-store.js';
import { HandClock } from '../fakes/hand-clock.js';

export interface RunningStore {
  readonly store: UpgradeStore;
  readonly close: () => Promise<void>;
}

/** Starts a store as the application does. */
export async function startStore(
  kind: Type<UpgradeStore>,
  directory: string,
  clock: Clock,
): Promise<RunningStore> {
  const log = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });
  const module = await Test.createTestingModule({
    providers: [
      ...provideOne(UpgradeStore, kind),
      {
        provide: StoreSettings,
        useValue: Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: directory }),
      },
      { provide: Clock, useValue: clock },
      { provide: Log, useValue: log },
      Ending,
    ],
  }).compile();
  await module.init();
  return { store: module.get(UpgradeStore), close: () => module.close() };
}

interface StoreOfTest {
  /** Stops the store, and starts another in the same directory. */
  readonly restart: () => Promise<void>;
}

/** Gives each test of a suite a store in a directory of its own, and takes both away after it. */
export function storeForEachTest(
  kind: Type<UpgradeStore>,
  take: (store: UpgradeStore) => void,
  now = new HandClock().now(),
): StoreOfTest {
  let directory = '';
  let running: RunningStore | null = null;
  const start = async () => {
    running = await startStore(kind, directory, new HandClock(now.getTime()));
    take(running.store);
  };
  beforeEach(async () => {
    directory = await makeDirectory();
    await start();
  });
  afterEach(async () => {
    await running?.close();
    await removeDirectory(directory);
  });
  return {
    restart: async () => {
      await running?.close();
      await start();
    },
  };
}

export function makeDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'store-'));
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true });
}

/** All that is ever due. */
export const EVERYTHING: DueQuery = { now: new Date(8.64e15), limit: 100_000, except: new Set() };

export function ids(records: readonly { readonly id: string }[]): string[] {
  return records.map((record) => record.id);
}
