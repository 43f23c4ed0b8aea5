import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { UpdaterError } from '../../common/errors.js';
import { PlanningRunner } from './planning.runner.js';

const UNLISTED = 'Rancher cannot be asked for its environments';
const UNREAD = 'the environment cannot be read';

describe(`${PlanningRunner.name} while Rancher is away`, () => {
  let rig: UpgradeRig;

  beforeEach(async () => {
    rig = new UpgradeRig();
    rig.backend.known = [{ id: '1a5', name: 'production' }];
    await rig.stored({ requestId: 'req-1' });
    await rig.stored({ id: 'u2' });
  });

  afterEach(() => rig.close());

  it.each([
    ['environments', UNLISTED, {}],
    ['candidates 1a5', UNREAD, { environment: 'production' }],
  ])(
    'says of %s that it fails once for each reason and upgrade, and once that it is over',
    async (call, message, more) => {
      rig.backend.failures.set(call, failure('rancher.unreachable', 'no answer'));
      await tried('u1');
      await tried('u1');
      await tried('u2');
      rig.backend.failures.set(call, failure('rancher.unauthorized', 'Rancher refuses the key'));
      await tried('u1');
      await tried('u1');
      rig.backend.failures.clear();
      await tried('u1');
      await tried('u1');

      const about = { upgrade: 'u1', request: 'req-1', ...more };
      expect(rig.logged.filter((line) => String(line['message']).endsWith(message))).toMatchObject([
        { level: 'warn', message, code: 'rancher.unreachable', reason: 'no answer', ...about },
        { level: 'warn', message, code: 'rancher.unreachable', upgrade: 'u2' },
        { level: 'warn', message, code: 'rancher.unauthorized', reason: 'Rancher refuses the key', ...about },
        { level: 'debug', message: `over: ${message}`, ...about },
      ]);
    },
  );

  it.each([
    ['environments', UNLISTED],
    ['candidates 1a5', UNREAD],
  ])('does not say of %s again what a process before has said', async (call, message) => {
    rig.backend.failures.set(call, failure('rancher.unreachable', 'no answer'));
    await tried('u1');
    const next = new PlanningRunner(
      rig.planner,
      rig.recorder,
      rig.superseding,
      rig.settings,
      rig.clock,
      rig.log,
    );

    await tried('u1', next);

    expect(rig.logged.filter((line) => line['message'] === message)).toHaveLength(1);
  });

  it.each([
    ['environments', UNLISTED],
    ['candidates 1a5', UNREAD],
  ])('leaves of %s to the log of Rancher what is logged there for all upgrades', async (call, message) => {
    const down = new UpdaterError('rancher.unreachable', 'no answer', { isLogged: true });
    rig.backend.failures.set(call, down);

    for (const id of ['u1', 'u2']) await tried(id);

    const said = rig.logged.filter((line) => line['message'] === message);
    expect(said).toMatchObject([{ level: 'debug' }, { level: 'debug' }]);
  });

  /** Plans as far as it goes, and lets the time pass until it may be tried again. */
  async function tried(id: string, planning = rig.planning): Promise<void> {
    await planning.run((await rig.record(id)).upgrade, new AbortController().signal);
    await rig.clock.advance(60_000);
  }
});
