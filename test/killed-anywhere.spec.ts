import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../src/common/log.js';
import type { Notice } from '../src/domain/notice.js';
import type { Rollout } from '../src/domain/rollout.js';
import type { Service } from '../src/domain/service.js';
import type { Upgrade } from '../src/domain/upgrade.js';
import { Core, Slack } from './fakes/core.js';
import { Life, mortal } from './fakes/mortal.js';
import { anOptions, anUpgrade } from './fakes/records.js';
import { aService } from './fakes/services.js';
import { UpgradeRig } from './fakes/upgrade-rig.js';

/** How often is looked whether it has settled, or the process was killed; and how often at most. */
const LOOK_MS = 10_000;
const LOOKS = 200;

/** Everything that a process asks of the world outside and that changes something, or tells it something new. */
const STORE = ['commit', 'commitOn'] as const;
const BACKEND = ['environments', 'candidates', 'look', 'inspect', 'start', 'finish', 'rollBack'] as const;

interface Outcome {
  readonly upgrade: Upgrade['status'];
  readonly rollouts: readonly string[];
  /** What Rancher was asked to change, in order. */
  readonly acts: readonly string[];
  readonly holds: readonly string[];
  /** What is to be told, in order. */
  readonly notices: readonly string[];
  /** What the channel has got, once or several times each. */
  readonly told: readonly string[];
}

interface Story {
  readonly upgrade: Partial<Upgrade>;
  readonly service: Partial<Service>;
  readonly prepare?: (rig: UpgradeRig) => void;
  readonly ends: Outcome;
}

const SUCCEEDED = told('succeeded: 1 of 1 service upgraded');

const STORIES: Readonly<Record<string, Story>> = {
  'is finished': {
    upgrade: {},
    service: {},
    ends: {
      upgrade: 'succeeded',
      rollouts: ['finished'],
      acts: ['start 1s7 2.1.0', 'finish 1s7'],
      holds: [],
      ...SUCCEEDED,
    },
  },
  'awaits confirmation': {
    upgrade: { options: anOptions({ confirm: false }) },
    service: {},
    ends: {
      upgrade: 'awaiting_confirmation',
      rollouts: ['awaiting_confirmation'],
      acts: ['start 1s7 2.1.0'],
      holds: [],
      ...told('awaiting_confirmation: 0 of 1 service upgraded, 1 awaiting confirmation'),
    },
  },
  'is rolled back': {
    upgrade: { options: anOptions({ onFailure: 'rollback' }) },
    service: {},
    prepare: makeSick,
    ends: {
      upgrade: 'failed',
      rollouts: ['rolled_back rollout.unhealthy'],
      acts: ['start 1s7 2.1.0', 'rollback 1s7'],
      holds: ['registry.acme.io/shop/web:2.1.0'],
      ...told('failed: 0 of 1 service upgraded, 1 rolled back'),
    },
  },
  'has failed and is left': {
    upgrade: {},
    service: {},
    prepare: makeSick,
    ends: {
      upgrade: 'failed',
      rollouts: ['failed rollout.unhealthy'],
      acts: ['start 1s7 2.1.0'],
      holds: [],
      ...told('failed: 0 of 1 service upgraded, 1 failed'),
    },
  },
  'is not for it': {
    upgrade: {},
    service: { labels: {} },
    ends: { upgrade: 'nothing_to_do', rollouts: [], acts: [], holds: [], ...told() },
  },
  'clears what was left over': {
    upgrade: { options: anOptions({ leftover: 'finish' }) },
    service: { phase: 'upgraded', state: 'upgraded' },
    ends: {
      upgrade: 'succeeded',
      rollouts: ['finished'],
      acts: ['finish 1s7', 'start 1s7 2.1.0', 'finish 1s7'],
      holds: [],
      ...SUCCEEDED,
    },
  },
};

/** All that is to be told is told. */
function told(...notices: readonly string[]): Pick<Outcome, 'notices' | 'told'> {
  return { notices, told: notices };
}

/** The new containers run, but never become healthy. */
function makeSick({ backend }: UpgradeRig): void {
  const inspect = backend.inspect.bind(backend);
  backend.inspect = async (service) => {
    const found = await inspect(service);
    const containers = found.containers.map((one) => ({ ...one, sound: !one.revision.startsWith('ours') }));
    return { ...found, containers };
  };
}

/** Tells a story to its end: by one process, or by one that is killed at a step and by its successor. */
async function tell({ upgrade, service, prepare }: Story, life: Life): Promise<Outcome> {
  const rig = new UpgradeRig();
  prepare?.(rig);
  rig.backend.put(aService(service));
  await rig.store.commit({ upgrade: anUpgrade(upgrade) });
  const silent = createLog({
    level: 'error',
    format: 'json',
    secrets: [],
    destination: { write: () => true },
  });
  const store = mortal(rig.store, life, STORE);
  const backend = mortal(rig.backend, life, BACKEND);
  const channel = new Slack();
  const core = new Core(store, backend, rig.clock, rig.settings, silent, mortal(channel, life, ['deliver']));
  const parts = begin(core);
  await passUntil(rig, async () => life.ended || (await isOver(rig)));
  const successor = new Core(rig.store, rig.backend, rig.clock, rig.settings, silent, channel);
  const later = life.ended ? begin(successor) : [];
  await passUntil(rig, () => isOver(rig));
  const outcome = await outcomeOf(rig, channel);
  const living = life.ended ? later : parts;
  const isStopped = Promise.all(living.map((part) => part.beforeApplicationShutdown()));
  await rig.close();
  await isStopped;
  return outcome;
}

async function passUntil(rig: UpgradeRig, condition: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (await condition()) return;
    await rig.clock.advance(LOOK_MS);
  }
  const { upgrade, rollouts } = await rig.record();
  const states = [upgrade.status, ...rollouts.map(wordsOf)].join(', ');
  throw new Error(`after ${LOOKS} looks it still is ${states}`);
}

/** What carries upgrades out and tells of them, as one process has it. */
function begin(core: Core) {
  const parts = [core.engine(), core.outbox()] as const;
  for (const part of parts) part.onApplicationBootstrap();
  return parts;
}

/** It has settled, and nobody is still to be told. */
async function isOver(rig: UpgradeRig): Promise<boolean> {
  const { upgrade } = await rig.record();
  return upgrade.status !== 'running' && (await rig.store.outboxHeads()).length === 0;
}

async function outcomeOf(rig: UpgradeRig, channel: Slack): Promise<Outcome> {
  const record = await rig.record();
  const holds = await rig.store.holds();
  return {
    upgrade: record.upgrade.status,
    rollouts: record.rollouts.map(wordsOf),
    acts: rig.backend.acts.map((act) => act.replace(/^\S+ /, '')),
    holds: holds.map(({ image }) => image),
    notices: rig.notices.map(wordsOfNotice),
    told: [...new Map(channel.taken.map((notice) => [notice.id, notice])).values()].map(wordsOfNotice),
  };
}

/** Its status and the first sentence of its summary. */
function wordsOfNotice({ status, summary }: Notice): string {
  return `${status}: ${summary.split('. ')[0]}`;
}

function wordsOf({ status, reason, supersededBy }: Rollout): string {
  return [status, reason?.code, supersededBy].filter(Boolean).join(' ');
}

describe.each(Object.entries(STORIES))('an upgrade that %s', (_, story) => {
  it('does so whenever the service is killed', async () => {
    const whole = new Life();
    expect(await tell(story, whole)).toEqual(story.ends);
    expect(whole.made).toBeGreaterThan(5);

    const others: [number, Outcome][] = [];
    for (let step = 1; step <= whole.made; step += 1) {
      const outcome = await tell(story, new Life(step));
      if (!isDeepStrictEqual(outcome, story.ends)) others.push([step, outcome]);
    }

    expect(others).toEqual([]);
  });
});
