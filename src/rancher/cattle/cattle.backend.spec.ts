import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cattleParts } from '../../../test/fakes/cattle-parts.js';
import { cattleSettings, CattleStub, ImpatientClock, json, page } from '../../../test/fakes/cattle-stub.js';
import { createLog } from '../../common/log.js';
import { CattleBackend } from './cattle.backend.js';
import { ORDER } from '../../../test/fakes/services.js';

const REF = { backend: 'cattle', environment: '1a5', id: '1s7' };
const WEB = {
  id: '1s7',
  type: 'service',
  name: 'web',
  state: 'active',
  stackId: '1st3',
  actions: { upgrade: '' },
  launchConfig: { imageUuid: 'docker:acme/web:1.0.0', version: 'old' },
};

describe(CattleBackend, () => {
  let stub: CattleStub;
  let backend: CattleBackend;

  beforeEach(async () => {
    stub = new CattleStub();
    const settings = cattleSettings(await stub.start());
    const clock = new ImpatientClock();
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    ({ backend } = cattleParts(settings, clock, log));
    stub.replies = [
      json(WEB),
      page([{ id: '1a5', type: 'project', name: 'Default', state: 'active' }]),
      page([{ id: '1st3', type: 'stack', name: 'shop' }]),
    ];
  });

  afterEach(() => stub.stop());

  function accepted(launchConfig: object | null): void {
    stub.replies = [json({ ...WEB, state: 'upgrading', launchConfig }, {}, 202)];
  }

  it('answers the version that Cattle gives a start', async () => {
    const web = await backend.look(REF);
    accepted({ version: 'new' });

    expect(await backend.start(web, ORDER)).toBe('new');
  });

  it.each([[null], [{}], [{ version: '' }], [{ version: 'old' }]])(
    'is not certain of a start that is accepted with %j',
    async (launchConfig) => {
      const web = await backend.look(REF);
      accepted(launchConfig);

      await expect(backend.start(web, ORDER)).rejects.toMatchObject({ code: 'rancher.uncertain' });
    },
  );

  it.each([
    ['something else', { type: 'collection' }],
    ['another service', { ...WEB, id: '1s8', launchConfig: { version: 'new' } }],
  ])('is not certain of a start that is accepted with %s', async (_, body) => {
    const web = await backend.look(REF);
    stub.replies = [json(body, {}, 202)];

    await expect(backend.start(web, ORDER)).rejects.toMatchObject({ code: 'rancher.uncertain' });
  });
});
