import { describe, expect, it } from '@jest/globals';
import {
  anOptions,
  anOutage,
  aPlan,
  aRollout,
  aSkipped,
  anUpgrade,
  NOON,
  noonPlus,
} from '../../../test/fakes/records.js';
import { reason } from '../../domain/reasons.js';
import type { Planning } from '../recording/planning-step.js';
import type { ServiceRef } from '../../domain/service.js';
import type { EnvironmentPlan, Skipped } from '../../domain/upgrade.js';
import {
  abandoned,
  listed,
  queued,
  read,
  together,
  unlisted,
  unread,
  unwritten,
} from './planning-changes.js';

const HOUR_MS = 3_600_000;
const OUTAGE = anOutage({ attempts: 3, retryAt: noonPlus(8) });
const WHY = OUTAGE.reason;

const PRODUCTION = { backend: 'cattle', id: '1a5', name: 'production' };
const NOTHING = { rollouts: [], skipped: [] };
const STAGING = { backend: 'cattle', id: '1a6', name: 'staging' };

function pending(overrides: Partial<EnvironmentPlan> = {}): EnvironmentPlan {
  return aPlan({ status: 'pending', ...overrides });
}

function blocked(): Skipped {
  return aSkipped({ reason: reason('service.busy', 'busy') });
}

function rolloutOf(id: string, more: Partial<ServiceRef> = {}) {
  return aRollout({ service: { backend: 'cattle', environment: '1a5', id, ...more } });
}

function skippedOf(id: string) {
  return aSkipped({ service: { id, name: id } });
}

describe('listed', () => {
  it('makes a plan for each environment, and ends an outage', () => {
    const step = listed(anUpgrade({ outage: OUTAGE }), [PRODUCTION, STAGING]);

    expect(step.upgrade).toMatchObject({ outage: null, planAt: NOON, failures: 0 });
    expect(step.plans).toEqual([pending(), pending({ environment: STAGING })]);
    expect(step.rollouts).toEqual([]);
  });

  it('fails where no environment is selected', () => {
    const step = listed(anUpgrade(), []);

    expect(step).toMatchObject({
      upgrade: { planAt: null, failures: 1, outage: { reason: { code: 'environment.none_selected' } } },
      plans: [],
    });
  });
});

describe('unlisted', () => {
  it('tries again after growing pauses', () => {
    const first = unlisted(anUpgrade(), WHY, NOON, HOUR_MS).upgrade;
    const second = unlisted(first, WHY, noonPlus(2), HOUR_MS).upgrade;

    expect(first).toMatchObject({ outage: { since: NOON, attempts: 1 }, planAt: noonPlus(2), failures: 0 });
    expect(second).toMatchObject({ outage: { since: NOON, attempts: 2 }, planAt: noonPlus(6) });
  });

  it.each([
    [3599, { planAt: noonPlus(3607 + 8), failures: 0 }],
    [3600, { planAt: null, failures: 1 }],
  ])('after %d s of an hour’s patience: %j', (seconds, expected) => {
    const after = unlisted(anUpgrade({ outage: OUTAGE }), WHY, noonPlus(seconds), HOUR_MS);

    expect(after.upgrade).toMatchObject(expected);
  });
});

describe('read', () => {
  it('plans an environment, and waits for the others', () => {
    const stored = {
      upgrade: anUpgrade(),
      pending: [pending({ outage: OUTAGE }), pending({ environment: STAGING, outage: OUTAGE })],
    };
    const planned = { rollouts: [aRollout()], skipped: [aSkipped()] };

    const step = read(stored, pending({ outage: OUTAGE }), planned, NOON);

    expect(step).toEqual({
      upgrade: { ...stored.upgrade, planAt: noonPlus(8) },
      plans: [aPlan({ skipped: [aSkipped()] })],
      rollouts: [aRollout()],
    });
  });

  it('ends planning with the last environment, and counts what was in the way', () => {
    const stored = { upgrade: anUpgrade({ failures: 1 }), pending: [pending()] };
    const planned = { rollouts: [], skipped: [aSkipped(), blocked(), blocked()] };

    expect(read(stored, pending(), planned, NOON).upgrade).toMatchObject({ planAt: null, failures: 3 });
  });
});

describe('unread', () => {
  const stored = { upgrade: anUpgrade(), pending: [pending()] };

  it('tries again later', () => {
    const step = unread(stored, pending(), WHY, NOON, HOUR_MS);

    expect(step).toMatchObject({
      upgrade: { planAt: noonPlus(2), failures: 0 },
      plans: [{ status: 'pending', outage: { since: NOON, attempts: 1, reason: WHY } }],
      rollouts: [],
    });
  });

  it('gives up when patience has run out', () => {
    const step = unread(stored, pending({ outage: OUTAGE }), WHY, noonPlus(3600), HOUR_MS);

    expect(step).toMatchObject({
      upgrade: { planAt: null, failures: 1 },
      plans: [{ status: 'failed', outage: { since: NOON, attempts: 4, reason: WHY } }],
    });
  });

  it('goes on when the first of those that cannot be read is due', () => {
    const other = pending({ environment: STAGING, outage: OUTAGE });

    const step = unread({ ...stored, pending: [pending(), other] }, pending(), WHY, NOON, HOUR_MS);

    expect(step.upgrade.planAt).toEqual(noonPlus(2));
  });

  it('knows environments of the same id of different backends apart', () => {
    const other = pending({ environment: { ...PRODUCTION, backend: 'elsewhere' } });

    const step = read({ ...stored, pending: [pending(), other] }, pending(), NOTHING, NOON);

    expect(step.upgrade.planAt).toEqual(NOON);
  });
});

describe('queued', () => {
  it('adds rollouts of an environment that stays pending', () => {
    const stored = { upgrade: anUpgrade(), pending: [pending()] };

    expect(queued(stored, [aRollout()])).toEqual({
      upgrade: stored.upgrade,
      plans: [],
      rollouts: [aRollout()],
    });
  });
});

describe.each([
  ['queued', (stored: Planning) => queued(stored, [aRollout({ confirm: false })])],
  [
    'read',
    (stored: Planning) =>
      read(stored, pending(), { rollouts: [aRollout({ confirm: false })], skipped: [] }, noonPlus(1)),
  ],
])('%s', (_, step) => {
  it('has rollouts confirmed where the upgrade was, since it was planned', () => {
    const upgrade = anUpgrade({ options: anOptions({ confirm: true }) });

    expect(step({ upgrade, pending: [pending()] }).rollouts).toMatchObject([{ confirm: true }]);
  });
});

describe('unwritten', () => {
  const planned = {
    rollouts: [rolloutOf('1s7'), rolloutOf('1s8')],
    skipped: [skippedOf('1s9'), skippedOf('1s10')],
  };

  it('leaves out the services that have a rollout already, whatever is planned for them now', () => {
    expect(unwritten(planned, pending(), [rolloutOf('1s7'), rolloutOf('1s9')])).toEqual({
      rollouts: [rolloutOf('1s8')],
      skipped: [skippedOf('1s10')],
    });
  });

  it.each([
    ['nothing is written', []],
    ['only others are', [rolloutOf('1s7', { environment: '1a6' }), rolloutOf('1s7', { backend: 'other' })]],
  ])('is all where %s', (_, written) => {
    expect(unwritten(planned, pending(), written)).toEqual(planned);
  });
});

describe('together', () => {
  it('is what one step after another is', () => {
    const stored = { upgrade: anUpgrade(), pending: [] };
    const plan = { rollouts: [aRollout()], skipped: [blocked()] };

    const step = together(stored, [
      ({ upgrade }) => listed(upgrade, [PRODUCTION, STAGING]),
      (before) => read(before, pending(), plan, NOON),
      (before) => unread(before, pending({ environment: STAGING }), WHY, NOON, HOUR_MS),
    ]);

    expect(step).toEqual({
      upgrade: { ...stored.upgrade, planAt: noonPlus(2), failures: 1 },
      plans: [
        aPlan({ skipped: [blocked()] }),
        pending({ environment: STAGING, outage: anOutage({ reason: WHY }) }),
      ],
      rollouts: [aRollout()],
    });
  });

  it('ends planning with the last environment that is pending, be it another’s step', () => {
    const stored = { upgrade: anUpgrade(), pending: [pending(), pending({ environment: STAGING })] };

    const step = together(stored, [
      (before) => read(before, pending(), NOTHING, NOON),
      (before) => read(before, pending({ environment: STAGING }), NOTHING, NOON),
    ]);

    expect(step.upgrade.planAt).toBeNull();
  });

  it('is nothing of nothing', () => {
    const upgrade = anUpgrade();

    expect(together({ upgrade, pending: [] }, [])).toEqual({ upgrade, plans: [], rollouts: [] });
  });
});

describe('abandoned', () => {
  it('ends planning as failed', () => {
    expect(abandoned(anUpgrade({ failures: 2 }), NOON)).toMatchObject({
      upgrade: { planAt: null, failures: 3, outage: { reason: { code: 'internal.error' } } },
      plans: [],
      rollouts: [],
    });
  });
});
