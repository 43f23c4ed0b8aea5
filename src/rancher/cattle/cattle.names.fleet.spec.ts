import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cattleParts } from '../../../test/fakes/cattle-parts.js';
import { aServiceResource } from '../../../test/fakes/cattle-resources.js';
import { cattleSettings, CattleStub, json, page } from '../../../test/fakes/cattle-stub.js';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { ToldEvents } from '../../../test/fakes/told-events.js';
import { createLog } from '../../common/log.js';
import { CattleNames } from './cattle.names.js';

const PROJECTS = page([{ id: '1a5', type: 'project', name: 'production', state: 'active' }]);
const STACKS = page([{ id: '1st3', type: 'stack', name: 'shop' }]);
const SERVICES = page([aServiceResource()]);
const WEB = 'docker.io/acme/web';

describe(`${CattleNames.name}, while the fleet is known`, () => {
  let stub: CattleStub;
  let clock: HandClock;
  let events: ToldEvents;
  let parts: ReturnType<typeof cattleParts>;

  beforeEach(async () => {
    stub = new CattleStub();
    clock = new HandClock();
    events = new ToldEvents();
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    parts = cattleParts(cattleSettings(await stub.start()), clock, log, { events });
    stub.replies = [PROJECTS, STACKS, SERVICES];
    parts.fleet.onApplicationBootstrap();
    await until(() => events.listened.length > 0);
    events.opens('1a5');
    await until(() => parts.fleet.of('1a5')?.isFresh === true);
  });

  afterEach(async () => {
    parts.fleet.onModuleDestroy();
    await stub.stop();
  });

  it('asks nobody for the name of an environment or a stack', async () => {
    expect(await parts.names.environment('1a5')).toEqual({ id: '1a5', name: 'production' });
    expect(await parts.names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'shop' });
    expect(stub.asked).toHaveLength(3);
  });

  it('knows a new name as soon as it is told', async () => {
    const resource = { id: '1st3', type: 'stack', name: 'renamed' };
    events.tell('1a5', {
      is: 'change',
      event: { resourceType: 'stack', resourceId: '1st3', resource, sentMs: null },
    });

    expect(await parts.names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'renamed' });
    expect(stub.asked).toHaveLength(3);
  });

  it('asks for a stack that is not known', async () => {
    stub.replies = [page([{ id: '1st9', type: 'stack', name: 'new' }])];

    expect(await parts.names.stack('1a5', '1st9')).toEqual({ id: '1st9', name: 'new' });
    expect(stub.asked).toHaveLength(4);
  });

  it('asks for names where nothing is told any longer', async () => {
    events.tell('1a5', { is: 'closed', why: 'lost' });
    stub.replies = [page([{ id: '1st3', type: 'stack', name: 'renamed' }])];

    expect(await parts.names.stack('1a5', '1st3')).toEqual({ id: '1st3', name: 'renamed' });
    expect(stub.asked).toHaveLength(4);
  });

  it('lets a push be planned without a request', async () => {
    const environments = await parts.backend.environments();
    const candidates = await parts.backend.candidates({ id: '1a5', name: 'production' }, WEB);

    expect(environments).toEqual([{ id: '1a5', name: 'production' }]);
    expect(candidates).toMatchObject([
      { name: 'web', environment: { name: 'production' }, stack: { name: 'shop' }, blocked: null },
    ]);
    expect(stub.asked).toHaveLength(3);
  });

  it('lets a look at a service take one request', async () => {
    stub.replies = [json(aServiceResource())];

    const service = await parts.backend.look({ backend: 'cattle', environment: '1a5', id: '1s7' });

    expect(service).toMatchObject({ environment: { name: 'production' }, stack: { name: 'shop' } });
    expect(stub.asked).toHaveLength(4);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await idle();
}
