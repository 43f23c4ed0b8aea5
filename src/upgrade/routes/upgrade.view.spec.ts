import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyPlan, anyRollout, anyUpgrade } from '../../../test/fakes/any-record.js';
import { anEntry } from '../../../test/fakes/kept.js';
import { anOutage, aPlan, aRollout, aSkipped, anUpgrade, noonPlus } from '../../../test/fakes/records.js';
import { reason } from '../../domain/reasons.js';
import { planViewOf, viewOf } from './upgrade.view.js';

const OUTAGE = anOutage({ reason: reason('rancher.forbidden', 'Rancher forbids it') });

describe('viewOf', () => {
  it('shows an upgrade and what came of it', () => {
    const record = {
      upgrade: anUpgrade({ status: 'succeeded', planAt: null, finishedAt: noonPlus(9) }),
      plans: [aPlan({ skipped: [aSkipped()] })],
      rollouts: [
        aRollout({
          status: 'finished',
          startedAt: noonPlus(1),
          finishedAt: noonPlus(9),
          recreated: ['proxy'],
        }),
      ],
    };

    expect(viewOf(record)).toEqual({
      id: 'u1',
      image: 'registry.acme.io/shop/web:2.1.0',
      status: 'succeeded',
      confirm: true,
      start_first: false,
      timeout: 30,
      on_failure: null,
      leftover: null,
      ignore_hold: false,
      confirm_within: null,
      max_failures: null,
      max_parallel: null,
      caller: { name: 'alice', address: '10.0.0.7' },
      request_id: 'request-1',
      created_at: '2026-03-02T12:00:00.000Z',
      finished_at: '2026-03-02T12:00:09.000Z',
      message: '1 of 1 service done',
      reason: null,
      rollouts: [
        {
          id: 'r1',
          environment: { id: '1a5', name: 'production' },
          stack: { id: '1st3', name: 'shop' },
          service: { id: '1s7', name: 'web' },
          from: 'registry.acme.io/shop/web:2.0.4',
          to: 'registry.acme.io/shop/web:2.1.0',
          status: 'finished',
          reason: null,
          timeout: 30,
          on_failure: 'leave',
          bake: 0,
          superseded_by: null,
          recreated_sidekicks: ['proxy'],
          started_at: '2026-03-02T12:00:01.000Z',
          finished_at: '2026-03-02T12:00:09.000Z',
          link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
          history: [],
        },
      ],
      skipped: [aSkipped()],
      unread_environments: [],
    });
  });

  it('shows what has not come yet as null', () => {
    const view = viewOf({ upgrade: anUpgrade(), plans: [], rollouts: [aRollout()] });

    expect(view).toMatchObject({
      finished_at: null,
      rollouts: [{ started_at: null, finished_at: null, reason: null }],
    });
  });

  it('shows what happened to each rollout, and what was said to it', () => {
    const why = reason('rollout.timeout', 'still upgrading after 30 s');
    const history = [
      { id: 7, ...anEntry({ rolloutId: 'r1' }) },
      { id: 8, ...anEntry({ rolloutId: 'r2' }) },
      { id: 9, ...anEntry({ rolloutId: null, status: 'failed' }) },
      { id: 10, ...anEntry({ rolloutId: 'r1', status: 'failed', message: 'failed', reason: why }) },
    ];

    const view = viewOf({ upgrade: anUpgrade(), plans: [], rollouts: [aRollout()] }, history);

    expect(view.rollouts[0]?.history).toEqual([
      { at: '2026-03-02T12:00:00.000Z', status: 'upgrading', message: 'started', reason: null },
      { at: '2026-03-02T12:00:00.000Z', status: 'failed', message: 'failed', reason: why },
    ]);
  });

  it('shows which environments could not be read, and why', () => {
    const plans = [aPlan(), aPlan({ status: 'failed', outage: OUTAGE })];

    expect(viewOf({ upgrade: anUpgrade(), plans, rollouts: [] }).unread_environments).toEqual([
      { environment: { id: '1a5', name: 'production' }, reason: OUTAGE.reason },
    ]);
  });

  it('shows why no environment could be read', () => {
    const upgrade = anUpgrade({ planAt: null, failures: 1, outage: OUTAGE });

    expect(viewOf({ upgrade, plans: [], rollouts: [] })).toMatchObject({
      message: 'Rancher forbids it',
      reason: { code: 'rancher.forbidden', message: 'Rancher forbids it' },
    });
  });

  it('shows any record, as JSON that says the same', () => {
    fc.assert(
      fc.property(anyUpgrade, fc.array(anyPlan), fc.array(anyRollout), (upgrade, plans, rollouts) => {
        const view = viewOf({ upgrade, plans, rollouts });

        expect(JSON.parse(JSON.stringify(view))).toEqual(view);
      }),
      { numRuns: 50 },
    );
  });
});

describe('planViewOf', () => {
  it('shows what would be done; nothing of it has an id', () => {
    const plans = [aPlan({ skipped: [aSkipped(), aSkipped()] })];

    expect(planViewOf({ upgrade: anUpgrade(), plans, rollouts: [aRollout()] })).toMatchObject({
      id: null,
      status: 'planned',
      message: '1 to upgrade, 2 left as they are; nothing was changed',
      rollouts: [{ id: null, status: 'queued', to: 'registry.acme.io/shop/web:2.1.0' }],
      skipped: [{}, {}],
    });
  });

  it('says that nothing could be planned, and why', () => {
    const outage = anOutage({ reason: reason('environment.none_selected', 'no environment is selected') });
    const upgrade = anUpgrade({ planAt: null, failures: 1, outage });

    expect(planViewOf({ upgrade, plans: [], rollouts: [] })).toMatchObject({
      status: 'planned',
      message: 'no environment is selected; nothing was changed',
      reason: outage.reason,
    });
  });

  it.each([
    [1, '1 environment'],
    [2, '2 environments'],
  ])('says how many environments could not be read: %d', (count, words) => {
    const plans = Array.from({ length: count }, () => aPlan({ status: 'failed', outage: OUTAGE }));

    expect(planViewOf({ upgrade: anUpgrade(), plans, rollouts: [] }).message).toBe(
      `0 to upgrade, 0 left as they are, ${words} could not be read; nothing was changed`,
    );
  });
});
