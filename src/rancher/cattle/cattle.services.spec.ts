import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cattleParts } from '../../../test/fakes/cattle-parts.js';
import {
  cattleSettings,
  CattleStub,
  error,
  ImpatientClock,
  json,
  page,
} from '../../../test/fakes/cattle-stub.js';
import { hanging } from '../../../test/fakes/receiver.js';
import { createLog } from '../../common/log.js';
import { OwnContainer } from '../own-container.js';
import { pathOf } from './api/paths.js';
import { CattleServices } from './cattle.services.js';
import type { CattleSettings } from './cattle.settings.js';

const REF = { backend: 'cattle', environment: '1a5', id: '1s7' };
const PROJECTS = page([{ id: '1a5', type: 'project', name: 'Default', state: 'active' }]);
const STACKS = page([{ id: '1st3', type: 'stack', name: 'shop' }]);
const WEB = {
  id: '1s7',
  type: 'service',
  name: 'web',
  state: 'active',
  stackId: '1st3',
  actions: { upgrade: '' },
  launchConfig: { imageUuid: 'docker:acme/web:1.0.0', version: '0' },
};
const OFFERED = { ...WEB, actions: { upgrade: 'https://rancher.example/' } };

class KnownContainer extends OwnContainer {
  constructor(private readonly id: string | null) {
    super();
  }

  override get isKnown(): boolean {
    return this.id !== null;
  }

  override is(id: string): boolean {
    return id === this.id;
  }
}

describe(CattleServices, () => {
  let stub: CattleStub;
  let url: string;

  beforeEach(async () => {
    stub = new CattleStub();
    url = await stub.start();
  });

  afterEach(() => stub.stop());

  function services(more: Partial<CattleSettings> = {}, own: string | null = null): CattleServices {
    const settings = cattleSettings(url, more);
    const clock = new ImpatientClock();
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    return cattleParts(settings, clock, log, { own: new KnownContainer(own) }).services;
  }

  it('masks secrets in what Rancher says about a service', async () => {
    const transitioningMessage = 'denied for my-secret';
    stub.replies = [json({ ...WEB, transitioningMessage }), PROJECTS, STACKS];

    expect(await services().look(REF)).toMatchObject({ detail: 'denied for ***' });
  });

  it('looks at a service by its id, and knows the names around it', async () => {
    stub.replies = [json(WEB), PROJECTS, STACKS];

    expect(await services().look(REF)).toMatchObject({
      ref: REF,
      name: 'web',
      environment: { id: '1a5', name: 'Default' },
      stack: { id: '1st3', name: 'shop' },
      link: `${url}/env/1a5/apps/stacks/1st3/services/1s7`,
    });
    expect(stub.asked[0]?.url).toBe(`/v2-beta${pathOf(REF)}`);
  });

  it.each([404, 500])('looks at a service though the names around it are answered by %d', async (status) => {
    stub.replies = [json(WEB), error(status)];

    expect(await services().look(REF)).toMatchObject({
      ref: REF,
      name: 'web',
      phase: 'idle',
      environment: { id: '1a5', name: '1a5' },
      stack: { id: '1st3', name: '1st3' },
    });
  });

  it.each([
    ['the names around it', 2, [json(WEB), hanging()]],
    ['whether the key sees its environment', 2, [error(404), hanging()]],
  ])('gives up waiting for %s when it is told to', async (_, requests, replies) => {
    const abort = new AbortController();
    stub.replies = replies;
    const look = services().look(REF, abort.signal);
    const ended = look.then(
      () => 'ended',
      () => 'ended',
    );
    await stub.until(requests);

    abort.abort();

    expect(await ended).toBe('ended');
  });

  it('keeps what each look found, for as long as its answer is kept', async () => {
    const known = services();
    const upgraded = { ...WEB, launchConfig: { imageUuid: 'docker:acme/web:2.0.0', version: 'v' } };
    stub.replies = [json(WEB), PROJECTS, STACKS, json(upgraded)];

    const [first, second] = [await known.look(REF), await known.look(REF)];

    expect(known.resourceOf(first)).toEqual(WEB);
    expect(known.resourceOf({ ...second, image: null })).toEqual(upgraded);
    expect(known.resourceOf({ ...first, ref: { ...REF } })).toBeUndefined();
  });

  it('takes "not found" for gone if the key still sees the environment', async () => {
    stub.replies = [error(404), PROJECTS];

    expect(await services().look(REF)).toMatchObject({ ref: REF, phase: 'gone' });
  });

  it('takes "not found" for nothing of the kind if it does not', async () => {
    stub.replies = [error(404), page([])];

    await expect(services().look(REF)).rejects.toMatchObject({ code: 'rancher.forbidden' });
  });

  it('does not take the page of a proxy for "not found"', async () => {
    stub.replies = [json({ error: 'no route' }, {}, 404)];

    await expect(services().look(REF)).rejects.toMatchObject({ code: 'rancher.error' });
  });

  it.each([
    ['resource', { type: 'collection', data: [] }],
    ['service', { ...WEB, id: '1s8' }],
  ])('is not content with another %s', async (_, other) => {
    stub.replies = [json(other)];

    await expect(services().look(REF)).rejects.toMatchObject({ code: 'rancher.error' });
  });

  it('finds the services that run a repository, in any part and spelling', async () => {
    const row = (id: string, imageUuid: string, more: object = {}) => ({
      ...WEB,
      id,
      launchConfig: { imageUuid },
      ...more,
    });
    const sidekick = { secondaryLaunchConfigs: [{ name: 'side', imageUuid: 'docker:acme/web:3' }] };
    stub.replies = [
      page([
        row('1s1', 'docker:acme/web:1'),
        row('1s2', 'docker:index.docker.io/acme/web'),
        row('1s3', 'docker:acme/webshop:1'),
        row('1s4', 'docker:other/main:1', sidekick),
        row('1s5', 'docker:acme/web:1', { type: 'loadBalancerService' }),
        row('1s6', 'docker:acme/web:1', { type: 'storageDriverService' }),
        row('1s8', 'docker:!!!'),
        row('1s9', 'docker:registry.example/acme/web:1'),
        { ...WEB, id: '1s10', launchConfig: null },
      ]),
      STACKS,
    ];

    const found = await services().running({ id: '1a5', name: 'Default' }, 'docker.io/acme/web');

    expect(found.map(({ ref }) => ref.id)).toEqual(['1s1', '1s2', '1s4', '1s5']);
    expect(found[0]).toMatchObject({ environment: { id: '1a5', name: 'Default' }, stack: { name: 'shop' } });
  });

  it('decides by the last name that is known whether an environment is selected', async () => {
    stub.replies = [json(OFFERED), PROJECTS, STACKS, json(OFFERED), error(500)];
    const known = services({ AUTOUPDATE_ENVIRONMENT_NAMES: '^Default$' });

    await known.look(REF);

    expect(await known.look(REF)).toMatchObject({ environment: { name: 'Default' }, blocked: null });
  });

  it('neither selects nor leaves out an environment whose name nobody tells', async () => {
    stub.replies = [json(OFFERED), error(404), STACKS];

    const look = services({ AUTOUPDATE_ENVIRONMENT_NAMES: '^Default$' }).look(REF);

    await expect(look).rejects.toMatchObject({
      code: 'rancher.unreachable',
      message: expect.stringContaining('nobody tells what the environment 1a5 is called'),
    });
  });

  it.each([{ imageUuid: 5 }, { version: [] }, 'text'])(
    'is not content with a service of which an upgrade is told that is none: %j',
    async (launchConfig) => {
      stub.replies = [json({ ...WEB, upgrade: { inServiceStrategy: { launchConfig } } })];

      await expect(services().look(REF)).rejects.toMatchObject({ code: 'rancher.error' });
    },
  );

  it('inspects the containers of a service', async () => {
    const known = services({}, 'mine');
    const instances = page([
      { id: '1i1', state: 'running', version: '0', createdTS: 1000, externalId: 'mine', labels: {} },
      { id: '1i2', state: 'running', version: 'older', createdTS: 900, externalId: 'x', labels: {} },
    ]);
    stub.replies = [json(WEB), PROJECTS, STACKS, instances];

    const inspection = await known.inspect(await known.look(REF));

    expect(inspection).toMatchObject({ current: 1, outdated: 1, blocked: { code: 'service.self' } });
    expect(stub.asked.at(-1)?.url).toBe(`/v2-beta${pathOf(REF)}/instances?limit=1000`);
  });

  it('finds no container of a service that is gone', async () => {
    const known = services();
    stub.replies = [json(WEB), PROJECTS, STACKS, error(404), PROJECTS];

    expect(await known.inspect(await known.look(REF))).toMatchObject({
      current: 0,
      outdated: 0,
      newest: null,
    });
  });

  it.each([
    ['rancher.forbidden', [error(404), page([])]],
    ['rancher.unauthorized', [error(401)]],
  ])(
    'fails with %s rather than find no container of a service that it may not see',
    async (code, replies) => {
      const known = services();
      stub.replies = [json(WEB), PROJECTS, STACKS, ...replies];
      const web = await known.look(REF);

      await expect(known.inspect(web)).rejects.toMatchObject({ code });
    },
  );

  it.each([
    ['', false, null, true],
    ['', true, null, false],
    ['environment', false, null, true],
    ['environment', true, null, false],
    ['project', false, null, false],
    ['project', false, 'mine', true],
    ['environment', true, 'mine', true],
  ])(
    'wants containers inspected before a start: key of the kind "%s", loss allowed: %p, own container: %p, so: %p',
    async (kind, allowed, own, expected) => {
      stub.replies = [json(WEB, { 'X-API-ACCOUNT-KIND': kind }), PROJECTS, STACKS];

      const service = await services({ AUTOUPDATE_ALLOW_SECRETS_LOSS: allowed }, own).look(REF);

      expect(service.inspectBeforeStart).toBe(expected);
    },
  );
});
