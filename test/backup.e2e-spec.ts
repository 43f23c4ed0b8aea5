import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asked } from './harness/rollouts.js';
import { outcomeFrom, type Stage, type Trial, tryAll } from './harness/trials.js';
import { World } from './harness/world.js';

const STAGES: readonly Stage[] = [
  'planning',
  'waiting for the service',
  'asking to upgrade',
  'upgrading',
  'awaiting confirmation',
  'asking to finish',
  'finishing',
];

/** The script that docs/operating.md gives to `node -e`, for another folder than the image's. */
function documentedScript(folder: string): string {
  const [, script] = /node -e "(.*)"$/m.exec(readFileSync('docs/operating.md', 'utf8')) ?? [];
  if (script === undefined) throw new Error('docs/operating.md does not say how a copy is made');
  return script.replaceAll('/data', folder);
}

describe('a copy of the data directory, made while the service runs', () => {
  let world: World;
  let folder: string;
  let elsewhere: string;
  let trials: readonly Trial[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'));
    elsewhere = mkdtempSync(join(tmpdir(), 'restore-'));
    world = await World.start({
      variables: { AUTOUPDATE_DATA_DIR: folder },
      simulator: { settings: { finishMs: 30_000 } },
    });
    trials = await tryAll(world, STAGES);
    execFileSync(process.execPath, ['-e', documentedScript(folder)]);
    copyFileSync(join(folder, 'backup.db'), join(elsewhere, 'updater.db'));
  });

  afterEach(async () => {
    await world.close();
    for (const one of [folder, elsewhere]) rmSync(one, { recursive: true });
  });

  async function startElsewhere(): Promise<void> {
    await world.stopService();
    await world.startService({ AUTOUPDATE_DATA_DIR: elsewhere });
  }

  function outcomes(): Promise<readonly unknown[]> {
    for (const trial of trials) trial.goOn();
    return Promise.all(trials.map((trial) => trial.outcome()));
  }

  it('goes on elsewhere with all that was under way, and starts nothing twice', async () => {
    await startElsewhere();

    expect(await outcomes()).toEqual(STAGES.map(outcomeFrom));
  });

  it('asks Rancher for nothing that was done after it was made', async () => {
    await outcomes();
    const before = trials.map(({ service }) => asked(world, service));

    await startElsewhere();
    const found = await Promise.all(trials.map((trial) => trial.outcome()));

    expect(found.map(({ status }) => status)).toEqual([
      'nothing_to_do',
      'nothing_to_do',
      'succeeded',
      'succeeded',
      'awaiting_confirmation',
      'succeeded',
      'succeeded',
    ]);
    expect(trials.map(({ service }) => asked(world, service))).toEqual(before);
  });
});
