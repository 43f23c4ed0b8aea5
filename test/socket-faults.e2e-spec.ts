import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import { TurnedWorld } from './harness/turned-world.js';

const FAULTS: readonly (readonly [string, readonly Fault[]])[] = [
  ['cut off again and again', [{ kind: 'socket-drop', afterMs: 1700 }]],
  ['frozen', [{ kind: 'socket-freeze' }]],
  ['doubled', [{ kind: 'socket-duplicate', extra: 3 }]],
  ['out of order', [{ kind: 'socket-reorder', ms: 6000 }]],
  ['late', [{ kind: 'socket-slow', ms: 4000 }]],
  ['lost, all of them', [{ kind: 'socket-lose', share: 1 }]],
  ['lost, every other', [{ kind: 'socket-lose', share: 0.5 }]],
  ['without their resource', [{ kind: 'socket-bare' }]],
  ['without their data', [{ kind: 'socket-bare', form: 'absent' }]],
  ['with the resource of some seconds ago', [{ kind: 'socket-lie', ms: 2000 }]],
  [
    'late, doubled, out of order, and every third a lie',
    [
      { kind: 'socket-duplicate', extra: 1 },
      { kind: 'socket-reorder', ms: 3000 },
      { kind: 'socket-lie', ms: 3000 },
      { kind: 'socket-lose', share: 0.3 },
    ],
  ],
];

/** Nothing here depends on a moment. */
const STEP_MS = 250;

/** What a service has to go through, and nothing else. */
const GOOD_COURSE = ['upgrading by admin', 'upgraded', 'finishing-upgrade by admin', 'active'];
const BACK_COURSE = ['upgrading by admin', 'rolling-back by admin', 'active'];

describe.each(FAULTS)('where events come %s', (_, faults) => {
  let turned: TurnedWorld;

  beforeEach(async () => {
    turned = await TurnedWorld.start({}, ['1a5', '1a6'], STEP_MS);
  });

  afterEach(() => turned.close());

  /** Once what was added is known. */
  async function begin(): Promise<void> {
    await turned.turn(2000);
    for (const fault of faults) turned.rancher.faults.add(fault);
    await turned.turn(3000);
  }

  it('every upgrade ends as it should, and is started once', async () => {
    const services = ['one', 'two', 'three'].map((name) =>
      turned.add(name, { image: 'acme/web:1.0.0', scale: 2, healthCheck: true }),
    );
    await begin();

    const upgrade = await turned.upgrade({ docker_image: 'acme/web:2.0.0', timeout: 60 });
    await turned.turn(15_000);

    expect(upgrade.rollouts.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
    for (const service of services) expect(turned.world.course(service)).toEqual(GOOD_COURSE);
    expect(services.map(runs)).toEqual(['acme/web:2.0.0', 'acme/web:2.0.0', 'acme/web:2.0.0']);
  });

  it('an upgrade that fails is rolled back once, and no later', async () => {
    const web = turned.add('web', { healthCheck: true });
    turned.rancher.faults.add({ kind: 'never-healthy', image: 'acme/web:2.0.0' });
    await begin();
    const beganMs = turned.nowMs;

    const upgrade = await turned.upgrade({
      docker_image: 'acme/web:2.0.0',
      timeout: 30,
      on_failure: 'rollback',
    });

    expect(upgrade.rollouts).toMatchObject([{ status: 'rolled_back' }]);
    expect(turned.world.course(web)).toEqual(BACK_COURSE);
    expect(turned.nowMs - beganMs).toBeLessThan(60_000);
  });

  it('the next upgrade is begun when the one before has ended, and both are done', async () => {
    const web = turned.add('web');
    await begin();

    const first = await turned.world.begin({ docker_image: 'acme/web:2.0.0', timeout: 60 });
    await turned.until('it is upgrading', () => web.state === 'upgrading');
    const second = await turned.upgrade({ docker_image: 'acme/web:3.0.0', timeout: 60 });

    expect(await turned.settled(first)).toMatchObject({ rollouts: [{ status: 'finished' }] });
    expect(second).toMatchObject({ rollouts: [{ status: 'finished' }] });
    expect(turned.world.accepted(web)).toEqual(['docker:acme/web:2.0.0', 'docker:acme/web:3.0.0']);
    expect(runs(web)).toBe('acme/web:3.0.0');
  });
});

function runs(service: Service): string {
  return String(service.launchConfig['imageUuid']).replace('docker:', '');
}
