import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cattleClient, cattleSettings, CattleStub, error, page } from '../../../test/fakes/cattle-stub.js';
import { HandClock } from '../../../test/fakes/hand-clock.js';
import { createLog } from '../../common/log.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleNames } from './cattle.names.js';

const STACKS = page([
  { id: '1st3', type: 'stack', name: 'shop' },
  { id: '1st4', type: 'stack', name: 'mail' },
]);

describe(CattleNames, () => {
  let stub: CattleStub;
  let clock: HandClock;
  let names: CattleNames;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new HandClock();
    const settings = cattleSettings(await stub.start());
    const client = cattleClient(settings, clock);
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    names = new CattleNames(client, new CattleEnvironments(client, settings, log), clock);
    stub.replies = [STACKS];
  });

  afterEach(() => stub.stop());

  it('asks once for the names of all stacks of an environment', async () => {
    const named = await Promise.all(['1st3', '1st4', '1st3'].map((id) => names.stack('1a5', id)));

    expect(named).toEqual([
      { id: '1st3', name: 'shop' },
      { id: '1st4', name: 'mail' },
      { id: '1st3', name: 'shop' },
    ]);
    expect(stub.asked.map(({ url }) => url)).toEqual(['/v2-beta/projects/1a5/stacks?limit=1000']);
  });

  it('asks for those of another environment apart', async () => {
    await names.stack('1a5', '1st3');
    await names.stack('1a6', '1st3');

    expect(stub.asked).toHaveLength(2);
  });

  it('asks again when its names are five minutes old', async () => {
    await names.stack('1a5', '1st3');
    await clock.advance(299_999);
    await names.stack('1a5', '1st3');
    expect(stub.asked).toHaveLength(1);

    await clock.advance(1);
    await names.stack('1a5', '1st3');

    expect(stub.asked).toHaveLength(2);
  });

  it('asks again for a stack that is new, but not all the time for one that is not there', async () => {
    await names.stack('1a5', '1st3');
    await clock.advance(10_000);
    stub.replies = [page([{ id: '1st9', type: 'stack', name: 'new' }])];

    expect(await names.stack('1a5', '1st9')).toEqual({ id: '1st9', name: 'new' });
    expect(await names.stack('1a5', '1st0')).toEqual({ id: '1st0', name: '1st0' });
    expect(stub.asked).toHaveLength(2);
  });

  it('knows what environments are called', async () => {
    stub.replies = [page([{ id: '1a5', type: 'project', name: 'Default', state: 'inactive' }])];

    expect(await names.environment('1a5')).toEqual({ id: '1a5', name: 'Default' });
    expect(await names.environment('1a5')).toEqual({ id: '1a5', name: 'Default' });
    expect(stub.asked).toHaveLength(1);
  });

  it('fails when Rancher does, and asks again the next time', async () => {
    stub.replies = [error(403), STACKS];

    await expect(names.stack('1a5', '1st3')).rejects.toMatchObject({ code: 'rancher.forbidden' });
    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'shop' });
  });
});
