import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cattleParts } from '../../../test/fakes/cattle-parts.js';
import {
  cattleClient,
  cattleSettings,
  CattleStub,
  error,
  json,
  page,
} from '../../../test/fakes/cattle-stub.js';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { hanging, type Reply } from '../../../test/fakes/receiver.js';
import { createLog, type Log } from '../../common/log.js';
import type { CattleClient } from './api/cattle.client.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleNames } from './cattle.names.js';
import type { CattleSettings } from './cattle.settings.js';

const STACKS = page([
  { id: '1st3', type: 'stack', name: 'shop' },
  { id: '1st4', type: 'stack', name: 'mail' },
]);

describe(CattleNames, () => {
  let stub: CattleStub;
  let clock: HandClock;
  let settings: CattleSettings;
  let client: CattleClient;
  let log: Log;
  let names: CattleNames;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new HandClock();
    settings = cattleSettings(await stub.start());
    client = cattleClient(settings, clock);
    log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    ({ names } = cattleParts(settings, clock, log));
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
    expect(stub.asked.map(({ url }) => url)).toEqual(['/v2-beta/projects/1a5/stacks?limit=250']);
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
    stub.replies = [page([{ id: '1st3', type: 'stack', name: 'renamed' }])];

    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'shop' });
    await until(async () => (await names.stack('1a5', '1st3')).name === 'renamed');
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

  it.each<[string, Reply]>([
    ['is forbidden', error(403)],
    ['is not there', error(404)],
    ['fails', error(500)],
    ['is no list', json({ type: 'thing' })],
  ])('calls a stack by its id when their list %s, and asks again a minute later', async (_, reply) => {
    stub.replies = [reply, STACKS];

    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: '1st3' });
    await clock.advance(59_999);
    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: '1st3' });
    expect(stub.asked).toHaveLength(1);
    await clock.advance(1);

    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'shop' });
  });

  it('keeps the names that it knows when they cannot be read anew', async () => {
    stub.replies = [STACKS, error(500)];
    await names.stack('1a5', '1st3');
    await clock.advance(300_000);

    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'shop' });
    expect(await names.stack('1a5', '1st9')).toEqual({ id: '1st9', name: '1st9' });
    expect(await names.stack('1a5', '1st4')).toEqual({ id: '1st4', name: 'mail' });
    expect(stub.asked).toHaveLength(2);
  });

  it('waits ten seconds for a name, no longer', async () => {
    stub.replies = [hanging()];
    const named = names.stack('1a5', '1st3');
    await stub.until(1);

    await clock.advance(10_000);

    expect(await named).toEqual({ id: '1st3', name: '1st3' });
    expect(stub.asked).toHaveLength(1);
  });

  it('waits no longer than it is told to, and gives nothing up for others', async () => {
    const abort = new AbortController();
    const answers: (() => void)[] = [];
    stub.replies = [(response) => void answers.push(() => STACKS(response))];
    const [mine, others] = [names.stack('1a5', '1st3', abort.signal), names.stack('1a5', '1st3')];
    await stub.until(1);

    abort.abort();
    expect(await mine).toEqual({ id: '1st3', name: '1st3' });
    expect(await names.stack('1a5', '1st4', abort.signal)).toEqual({ id: '1st4', name: '1st4' });
    for (const answer of answers) answer();

    expect(await others).toEqual({ id: '1st3', name: 'shop' });
  });

  it('forgets the names in an environment for which nobody has asked in an hour, when it is asked for others', async () => {
    stub.replies = [STACKS, STACKS, error(403)];
    await names.stack('1a5', '1st3');
    await clock.advance(3_600_001);
    await names.stack('1a6', '1st3');

    expect(await names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: '1st3' });
    expect(await names.stack('1a6', '1st3')).toEqual({ id: '1st3', name: 'shop' });
  });

  it('hides no bug, and asks again after it', async () => {
    const { fleet, listings } = cattleParts(settings, clock, log);
    const broken = new BrokenEnvironments(client, settings, clock, log);
    const known = new CattleNames(broken, fleet, listings, clock);

    await expect(known.environment('1a5')).rejects.toThrow('a bug');
    await expect(known.environment('1a5')).rejects.toThrow('a bug');
    expect(broken.asked).toBe(2);
  });
});

class BrokenEnvironments extends CattleEnvironments {
  asked = 0;

  override list(): Promise<never> {
    this.asked += 1;
    return Promise.reject(new TypeError('a bug'));
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await idle();
}
