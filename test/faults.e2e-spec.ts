import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault, FaultHandle, FaultLimit } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import { World } from './harness/world.js';

type Case = readonly [words: string, fault: Fault];

const NOT_DONE: readonly Case[] = [
  ['a connection that is reset', { kind: 'reset' }],
  ['no answer', { kind: 'hang' }],
  ['an error of Rancher', { kind: 'server-error' }],
  ["a proxy's error page", { kind: 'proxy-page' }],
  ["a proxy's page that says 200", { kind: 'proxy-page', status: 200 }],
  ["a proxy's 429", { kind: 'too-many', retryAfter: '3' }],
  ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' }],
  ['a refused key', { kind: 'unauthorized' }],
  ['a forbidden environment', { kind: 'forbidden' }],
];

const CONFLICT: Case = ['a conflict', { kind: 'conflict' }];

const CONFLICT_THAT_STORES: Case = [
  'a conflict that has stored the new image without containers of it',
  { kind: 'conflict', stored: true },
];

const SLOW: readonly Case[] = [
  ['a slow answer', { kind: 'latency', ms: 5000 }],
  ['an answer that does not end', { kind: 'trickle', everyMs: 4000 }],
];

const DONE: readonly Case[] = [
  ['a reply that is lost', { kind: 'lost-reply' }],
  ['no answer', { kind: 'hang', committed: true }],
  ["a proxy's error page", { kind: 'proxy-page', status: 504, committed: true }],
  ["a proxy's page that says 200", { kind: 'proxy-page', status: 200, committed: true }],
  ...SLOW,
];

interface Group {
  /** Whose reply is at fault. */
  readonly of: string;
  readonly cases: readonly Case[];
  readonly limit: FaultLimit;
  /** How often Rancher is asked in the end. */
  readonly upgrades: number;
  readonly finishes: number;
  /** false: where it polls, for there is no other way to look so often. */
  readonly hasEvents?: boolean;
}

const GROUPS: readonly Group[] = [
  {
    of: 'a request to upgrade that is not done',
    cases: [...NOT_DONE, CONFLICT, CONFLICT_THAT_STORES],
    limit: { action: 'upgrade', times: 1 },
    upgrades: 2,
    finishes: 1,
  },
  {
    of: 'a request to upgrade that is done all the same',
    cases: DONE,
    limit: { action: 'upgrade', times: 1 },
    upgrades: 1,
    finishes: 1,
  },
  {
    of: 'a request to finish that is not done',
    cases: [...NOT_DONE, CONFLICT],
    limit: { action: 'finishupgrade', times: 1 },
    upgrades: 1,
    finishes: 2,
  },
  {
    of: 'a request to finish that is done all the same',
    cases: DONE,
    limit: { action: 'finishupgrade', times: 1 },
    upgrades: 1,
    finishes: 1,
  },
  {
    of: 'looks at the service',
    cases: [...NOT_DONE, ...SLOW],
    limit: { method: 'GET', times: 3 },
    hasEvents: false,
    upgrades: 1,
    finishes: 1,
  },
];

/** A service whose upgrade was asked for while something is wrong with the replies about it. */
interface Trial {
  readonly service: Service;
  readonly fault: FaultHandle;
  readonly id: string;
}

describe.each(GROUPS)('one upgrade, whatever the reply to $of:', (group) => {
  const { of, cases, limit, hasEvents = true, ...asked } = group;
  let world: World;
  const trials = new Map<string, Trial>();

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' }, hasEvents });
    for (const [words, fault] of cases) {
      const name = words.replaceAll(/\W+/g, '-').toLowerCase();
      const service = world.add(name);
      const handle = world.rancher.faults.add({ ...fault, ...limit, service: name });
      const id = await world.begin({ docker_image: `acme/${name}:2.0.0`, timeout: 600 });
      trials.set(words, { service, fault: handle, id });
    }
  });

  afterAll(() => world.close());

  it.each(cases.map(([words]) => words))('%s', async (words) => {
    const trial = trials.get(words);
    if (!trial) throw new Error(`no trial of ${words} and ${of}`);
    const { service, fault, id } = trial;

    const upgrade = await world.settled(id);

    expect(fault.hits).toBe(limit.times);
    expect(upgrade).toMatchObject({ status: 'succeeded', rollouts: [{ status: 'finished', reason: null }] });
    expect(world.accepted(service)).toEqual([`docker:acme/${service.name}:2.0.0`]);
    expect(world.course(service)).toEqual([
      'upgrading by admin',
      'upgraded',
      'finishing-upgrade by admin',
      'active',
    ]);
    expect({
      upgrades: world.actions(service, 'upgrade').length,
      finishes: world.actions(service, 'finishupgrade').length,
    }).toEqual(asked);
  });
});

describe('a request to upgrade that Rancher carries out long after nobody waits for it', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  it.each([
    ['refused, for the first has come in between', { kind: 'conflict' }],
    ['not let through', { kind: 'unauthorized' }],
  ] as const)('is still ours where the second is %s', async (_, fault) => {
    const name = `late-${fault.kind}`;
    const service = world.add(name);
    world.rancher.faults.add({ kind: 'hang', action: 'upgrade', service: name, times: 1 });
    world.rancher.faults.add({ ...fault, action: 'upgrade', service: name, times: 1 });
    const id = await world.begin({ docker_image: `acme/${name}:2.0.0`, timeout: 600 });
    await world.until('it was asked for again', () => world.actions(service, 'upgrade').length === 2);

    world.rancher.as('admin').upgrade(service, `docker:acme/${name}:2.0.0`);
    const { status } = await world.settled(id);

    expect(status).toBe('succeeded');
    expect(world.accepted(service)).toHaveLength(1);
    expect(world.actions(service, 'finishupgrade')).toHaveLength(1);
  });
});
