import { describe, expect, it } from '@jest/globals';
import {
  anOptions,
  anOutage,
  anUpgrade,
  aPlan,
  aRollout,
  aSkipped,
  NOON,
  noonPlus,
} from '../../../test/fakes/records.js';
import type { Notice } from '../../domain/notice.js';
import type { Reason, ReasonCode } from '../../domain/reasons.js';
import { ROLLOUT_STATUSES, type Outage, type Rollout } from '../../domain/rollout.js';
import { aChannel } from '../../../test/fakes/channels.js';
import { partsOf } from '../../notify/line-parts.js';
import { addressed } from './addressing.js';
import { failureOf, firstFailureOf, reminderOf, storyOf, type Story } from './notices.js';

const UNHEALTHY: Reason = { code: 'rollout.unhealthy', message: 'not healthy within 30 s' };
const BUSY: Reason = { code: 'service.busy', message: 'the service is removing' };
const NOT_NEWER: Reason = { code: 'version.not_newer', message: '2.1.0 is not newer than 2.2.0' };

describe(storyOf.name, () => {
  it('says nothing when nothing was tried and nothing was in the way', () => {
    const plans = [aPlan({ skipped: [aSkipped(), aSkipped({ reason: NOT_NEWER })] })];

    const notice = told(storyOf({ upgrade: anUpgrade({ status: 'nothing_to_do' }), plans, rollouts: [] }));

    expect(notice).toBeNull();
  });

  it('tells in facts what came of a service', () => {
    const notice = told(
      storyOf({
        upgrade: anUpgrade({ status: 'succeeded' }),
        plans: [aPlan()],
        rollouts: [aRollout({ status: 'finished' })],
      }),
    );

    expect(notice).toEqual({
      id: 'n1',
      at: NOON.toISOString(),
      kind: 'upgrade',
      caller: 'alice',
      callerWord: 'alice',
      requestId: 'request-1',
      more: 0,
      digest: null,
      upgradeId: 'u1',
      image: 'registry.acme.io/shop/web:2.1.0',
      status: 'succeeded',
      tone: 'info',
      summary: '1 of 1 service upgraded',
      lines: [
        {
          about: 'rollout',
          id: 'r1',
          status: 'finished',
          code: null,
          notify: null,
          environment: 'production',
          stack: 'shop',
          service: 'web',
          link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
          from: 'registry.acme.io/shop/web:2.0.4',
          to: 'registry.acme.io/shop/web:2.1.0',
          outcome: 'upgraded',
          reason: null,
          tone: 'info',
        },
      ],
    });
  });

  it.each<[Partial<Rollout>, string, string]>([
    [{ status: 'finished' }, 'upgraded', 'info'],
    [{ status: 'awaiting_confirmation' }, 'awaiting confirmation', 'warning'],
    [{ status: 'skipped', reason: NOT_NEWER }, 'skipped', 'warning'],
    [{ status: 'skipped', reason: null }, 'skipped', 'warning'],
    [{ status: 'skipped', reason: BUSY }, 'blocked', 'danger'],
    [{ status: 'failed', reason: UNHEALTHY }, 'failed', 'danger'],
    [{ status: 'failed', reason: BUSY }, 'failed', 'danger'],
    [{ status: 'rolled_back', reason: UNHEALTHY }, 'rolled back', 'danger'],
    [{ status: 'rollback_failed', reason: UNHEALTHY }, 'rollback failed', 'danger'],
    [{ status: 'rolling_back', reason: UNHEALTHY }, 'rolling back', 'danger'],
    [{ status: 'cancelled' }, 'cancelled', 'warning'],
    [{ status: 'superseded' }, 'superseded', 'info'],
    [{ status: 'queued' }, 'not started', 'warning'],
    [{ status: 'upgrading' }, 'not finished', 'warning'],
    [{ status: 'finishing' }, 'not finished', 'warning'],
  ])('calls a rollout that is %j "%s", which is %s', (overrides, outcome, tone) => {
    const notice = told(storyOf({ upgrade: anUpgrade(), plans: [], rollouts: [aRollout(overrides)] }));

    expect(notice).toMatchObject({
      tone,
      lines: [{ outcome, tone }],
    });
    expect(reasonIn(notice)).toContain(overrides.reason?.message ?? '');
  });

  it.each<[Partial<Rollout>, boolean]>([
    [{ status: 'failed', reason: UNHEALTHY }, true],
    [{ status: 'failed', reason: BUSY }, false],
    [{ status: 'rolled_back', reason: UNHEALTHY }, false],
  ])('says what there is to do where %j has left a service in the middle: %s', (overrides, isSaid) => {
    const notice = told(storyOf({ upgrade: anUpgrade(), plans: [], rollouts: [aRollout(overrides)] }));

    expect(reasonIn(notice).includes('roll it back there')).toBe(isSaid);
  });

  it('tells of an opted-in service that was blocked', () => {
    const plans = [aPlan({ skipped: [aSkipped({ running: 'acme/web:2.0', reason: BUSY }), aSkipped()] })];

    const notice = told(storyOf({ upgrade: anUpgrade({ status: 'failed' }), plans, rollouts: [] }));

    expect(notice).toMatchObject({ tone: 'danger', summary: '0 of 1 service upgraded, 1 blocked' });
    expect(notice?.lines).toEqual([
      {
        about: 'service',
        code: 'service.busy',
        notify: null,
        environment: 'production',
        stack: 'shop',
        service: 'worker',
        link: aSkipped().link,
        from: 'acme/web:2.0',
        to: 'registry.acme.io/shop/web:2.1.0',
        outcome: 'blocked',
        reason: 'the service is removing',
        tone: 'danger',
      },
    ]);
  });

  it('tells of environments that could not be read, but not of those still to be read', () => {
    const plans = [
      aPlan({ status: 'failed', outage: outageOf('the key is refused') }),
      aPlan({ status: 'failed', environment: { backend: 'cattle', id: '1a6', name: 'staging' } }),
      aPlan({ status: 'pending', outage: outageOf('HTTP 502') }),
    ];

    const notice = told(storyOf({ upgrade: anUpgrade({ status: 'failed' }), plans, rollouts: [] }));

    expect(notice).toMatchObject({
      tone: 'danger',
      summary: 'nothing upgraded, 2 environments could not be read',
      lines: [
        {
          about: 'environment',
          environment: 'production',
          outcome: 'could not be read',
          reason: 'the key is refused',
          tone: 'danger',
        },
        { about: 'environment', environment: 'staging', outcome: 'could not be read', reason: null },
      ],
    });
  });

  it.each<[string, ReasonCode]>([
    ['no environment is selected', 'environment.none_selected'],
    ['planning was given up', 'internal.error'],
  ])('tells that %s', (words, code) => {
    const upgrade = anUpgrade({ status: 'failed', outage: outageOf('why', code) });

    expect(told(storyOf({ upgrade, plans: [], rollouts: [] }))).toMatchObject({
      summary: `nothing upgraded, ${words}`,
      lines: [{ environment: '', outcome: words, reason: 'why', tone: 'danger' }],
    });
  });

  it('tells that not even the environments could be listed', () => {
    const upgrade = anUpgrade({ status: 'failed', outage: outageOf('Rancher does not answer') });

    const notice = told(storyOf({ upgrade, plans: [], rollouts: [] }));

    expect(notice).toMatchObject({
      tone: 'danger',
      summary: 'nothing upgraded, no environment could be read',
      lines: [
        { environment: '', outcome: 'no environment could be read', reason: 'Rancher does not answer' },
      ],
    });
  });

  it('tells that it was cancelled before the environments could be listed, and what it waited for', () => {
    const outage = outageOf('Rancher does not answer');
    const upgrade = anUpgrade({ status: 'cancelled', cancelledAt: noonPlus(60), outage });

    expect(told(storyOf({ upgrade, plans: [], rollouts: [] }))).toMatchObject({
      tone: 'warning',
      summary: 'nothing upgraded, cancelled before any environment was read',
      lines: [{ environment: '', reason: 'Rancher does not answer', tone: 'warning' }],
    });
  });

  it('counts everything, and puts the worst first in order of arrival', () => {
    const notice = told(
      storyOf({
        upgrade: anUpgrade({ status: 'partly_failed' }),
        plans: [
          aPlan({ skipped: [aSkipped({ reason: BUSY })] }),
          aPlan({
            status: 'failed',
            environment: { backend: 'cattle', id: '1a6', name: 'staging' },
            outage: outageOf('HTTP 502'),
          }),
        ],
        rollouts: [
          aRollout({ id: 'r1', name: 'a', status: 'finished' }),
          aRollout({ id: 'r2', name: 'b', status: 'skipped', reason: NOT_NEWER }),
          aRollout({ id: 'r3', name: 'c', status: 'failed', reason: UNHEALTHY }),
          aRollout({ id: 'r4', name: 'd', status: 'finished' }),
          aRollout({ id: 'r5', name: 'e', status: 'failed', reason: UNHEALTHY }),
        ],
      }),
    );

    expect(notice?.summary).toBe(
      '2 of 6 services upgraded, 2 failed, 1 blocked, 1 skipped, 1 environment could not be read',
    );
    expect(notice?.lines.map((line) => `${partsOf(line).place.at(-1)} ${line.tone}`)).toEqual([
      'staging danger',
      'c danger',
      'e danger',
      'worker danger',
      'b warning',
      'a info',
      'd info',
    ]);
  });

  it('says what waits for a confirmation, and what that means', () => {
    const notice = told(
      storyOf({
        upgrade: anUpgrade({ status: 'awaiting_confirmation' }),
        plans: [],
        rollouts: [aRollout({ status: 'finished' }), aRollout({ status: 'awaiting_confirmation' })],
      }),
    );

    expect(notice).toMatchObject({
      tone: 'warning',
      summary:
        '1 of 2 services upgraded, 1 awaiting confirmation. Somebody has to confirm (POST /upgrades/u1/confirm) or roll back (…/rollback) what is ' +
        'awaiting confirmation: until then Rancher does not restart crashed containers of these services.',
    });
  });

  it.each([
    ['leave', 'Within 60 s: else it has failed.'],
    ['rollback', 'Within 60 s: else it is rolled back.'],
  ] as const)('says until when, and what happens then: %s', (onFailure, words) => {
    const options = anOptions({ confirm: false, confirmWithin: 60, onFailure });
    const upgrade = anUpgrade({ status: 'awaiting_confirmation', options });
    const rollouts = [aRollout({ status: 'awaiting_confirmation' })];

    expect(told(storyOf({ upgrade, plans: [], rollouts }))?.summary).toContain(words);
  });

  it('comes back from JSON as it was', () => {
    const rollouts = ROLLOUT_STATUSES.map((status, index) => aRollout({ id: `r${index}`, status }));

    const notice = told(storyOf({ upgrade: anUpgrade(), plans: [], rollouts }));

    expect(JSON.parse(JSON.stringify(notice))).toEqual(notice);
  });
});

describe(`${storyOf.name} of an upgrade that was only superseded`, () => {
  it('says nothing: its successor will', () => {
    const rollouts = [aRollout({ status: 'superseded' })];

    expect(told(storyOf({ upgrade: anUpgrade({ status: 'superseded' }), plans: [], rollouts }))).toBeNull();
  });
});

describe(failureOf.name, () => {
  it('is for whom the early word is for', () => {
    const failed = aRollout({ status: 'failed', reason: UNHEALTHY });

    const word = told(failureOf(anUpgrade(), failed));

    expect(word).toMatchObject({ tone: 'danger', lines: [{ outcome: 'failed' }], summary: '' });
  });
});

describe(firstFailureOf.name, () => {
  it('has nothing to tell of an upgrade without services', () => {
    expect(firstFailureOf({ upgrade: anUpgrade(), plans: [], rollouts: [] }, aRollout())).toBeNull();
  });

  it('tells of the service that has failed and of no other, while the upgrade runs', () => {
    const failed = aRollout({ id: 'r2', name: 'api', status: 'rolled_back', reason: UNHEALTHY });
    const plans = [aPlan({ skipped: [aSkipped({ reason: BUSY })] })];
    const record = { upgrade: anUpgrade(), plans, rollouts: [aRollout({ status: 'upgrading' }), failed] };

    expect(told(firstFailureOf(record, failed))).toMatchObject({
      status: 'running',
      tone: 'danger',
      summary:
        '0 of 3 services upgraded, 1 rolled back, 1 blocked, 1 not finished; others are still under way',
      lines: [{ service: 'api', outcome: 'rolled back', reason: 'not healthy within 30 s' }],
    });
  });
});

describe(reminderOf.name, () => {
  it('tells what still awaits confirmation, since when, and what that means', () => {
    const waiting = aRollout({ status: 'awaiting_confirmation', timedFrom: NOON });

    expect(told(reminderOf(anUpgrade(), waiting))).toMatchObject({
      tone: 'warning',
      summary: expect.stringMatching(
        /^still awaiting confirmation since 2026-03-02T12:00:00.000Z. Somebody has to confirm/,
      ),
      lines: [{ outcome: 'awaiting confirmation' }],
    });
  });

  it('is total: it may not be known since when', () => {
    const waiting = aRollout({ status: 'awaiting_confirmation' });

    expect(told(reminderOf(anUpgrade(), waiting))).not.toBeNull();
  });
});

function outageOf(message: string, code: ReasonCode = 'rancher.unreachable'): Outage {
  return anOutage({ reason: { code, message } });
}

/** As a channel gets it that is told of everything. */
function told(story: Story | null): Notice | null {
  const [one] = story ? addressed(story, [aChannel()], NOON, () => 'n1') : [];
  return one?.notice ?? null;
}

/** Why it came to what its first line says. */
function reasonIn(notice: Notice | null): string {
  const [line] = notice?.lines ?? [];
  return (line && partsOf(line).reason) ?? '';
}
