import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KeyDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import { OwnContainer } from '../src/rancher/own-container.js';
import { asked, rolloutOf } from './harness/rollouts.js';
import { outcomeFrom, type Stage, tryAll } from './harness/trials.js';
import { EMPTY_FLEET, World } from './harness/world.js';

/** Whatever a service account can see: its own environment alone. */
const STAGES: readonly Stage[] = [
  'waiting for the service',
  'asking to upgrade',
  'upgrading',
  'awaiting confirmation',
  'asking to finish',
  'finishing',
];

/** The key that Rancher gives to a container which asks for one. */
function keyOf(container: string): KeyDescription {
  return {
    access: container,
    secret: `${container}-secret`,
    kind: 'service_account',
    environment: 'production',
  };
}

describe('the service, updated by hand as docs/operating.md says', () => {
  let world: World;
  let updater: Service;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'self-update-'));
    world = await World.start({
      fleet: { ...EMPTY_FLEET, keys: [keyOf('old')] },
      variables: { AUTOUPDATE_DATA_DIR: folder },
      simulator: { settings: { finishMs: 30_000 } },
      isServed: false,
    });
    updater = world.add('updater');
    await startIn('old');
  });

  afterEach(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** Starts it as it is in the newest container of its own service, with the key of that. */
  async function startIn(container: string): Promise<void> {
    const { access, secret } = keyOf(container);
    await world.startService({ CATTLE_ACCESS_KEY: access, CATTLE_SECRET_KEY: secret });
    const id = updater.instances.find(({ state }) => state === 'running')?.externalId;
    const own = world.part(OwnContainer);
    jest.spyOn(own, 'isKnown', 'get').mockReturnValue(true);
    jest.spyOn(own, 'is').mockImplementation((other) => other === id);
  }

  /** Somebody upgrades it in Rancher's page: the old container is told to stop, then the new one begins. */
  async function replaceContainer(): Promise<void> {
    world.rancher.as('alice').upgrade(updater, 'docker:acme/updater:2.0.0');
    await world.stopService();
    await world.untilState(updater, 'upgraded');
    world.rancher.fleet.addKey(keyOf('new'));
    await startIn('new');
  }

  /** Rancher removes the old container, and its key with it. */
  async function finishByHand(): Promise<void> {
    world.rancher.as('alice').finishupgrade(updater);
    world.rancher.fleet.removeKey('old');
    await world.untilState(updater, 'active');
  }

  it('leaves the service that it runs in to people, before and after', async () => {
    const before = await world.upgrade({ docker_image: 'acme/updater:2.0.0' });
    await replaceContainer();
    await finishByHand();
    const after = await world.upgrade({ docker_image: 'acme/updater:3.0.0' });

    const left = { service: { name: 'updater' }, status: 'skipped', reason: { code: 'service.self' } };
    expect([before, after]).toMatchObject([
      { status: 'nothing_to_do', rollouts: [left] },
      { status: 'nothing_to_do', rollouts: [left] },
    ]);
    expect(asked(world, updater)).toEqual([]);
  });

  it('goes on in its successor with what was under way, and does nothing twice', async () => {
    const trials = await tryAll(world, STAGES);

    await replaceContainer();
    await finishByHand();
    for (const trial of trials) trial.goOn();
    const found = await Promise.all(trials.map((trial) => trial.outcome()));

    expect(found).toMatchObject(
      STAGES.map(outcomeFrom).map(({ status, upgrades, finishes }) => ({ status, upgrades, finishes })),
    );
    expect(await world.get('/health/ready')).toMatchObject({ status: 200 });
  });

  it('cannot go on with the key of a container that is gone, until it has that of the new one', async () => {
    const service = world.add('web');
    world.rancher.fleet.removeKey('old');

    const id = await world.begin({ docker_image: 'acme/web:2.0.0' });
    await world.until('it is known', async () => (await world.get('/health/ready')).status === 503);
    const { body } = await world.get<unknown>('/health/ready');
    await replaceContainer();
    await world.settled(id);

    expect(body).toMatchObject({
      checks: expect.arrayContaining([{ name: 'key', ok: false, message: expect.stringContaining('401') }]),
    });
    expect(await rolloutOf(world, id)).toMatchObject({ status: 'finished' });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
  });
});
