import { describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import {
  anAttempt,
  anUndoing,
  anUpgrading,
  aSituation,
  NEW,
  OLD,
  outcome,
  YES,
} from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import { ROLLOUT_STATUSES, type Rollout, type RolloutStatus } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Phase, type Service } from '../../domain/service.js';
import type { Judgement } from '../judging/judgement.js';
import type { Situation } from './move.js';
import { deadlineMs, nextMove, nextMoveUnseen } from './next-move.js';
import { proven } from './proof.js';

/** Nothing moves any more: that is one rule, not a table. */
const OVER: ReadonlySet<RolloutStatus> = new Set([
  'finished',
  'rolled_back',
  'rollback_failed',
  'skipped',
  'superseded',
  'cancelled',
]);

const BUSY = reason('service.busy', 'the service is restarting and cannot be upgraded now');
const NOT_NOW: Judgement = { upgrade: false, reason: BUSY, passing: true };
const NO: Judgement = { upgrade: false, reason: reason('label.off', 'not opted in'), passing: false };

/** What the columns of the tables stand for. */
const COLUMNS: Readonly<
  Record<string, { readonly service?: Partial<Service>; readonly judgement?: Judgement }>
> = {
  allowed: {},
  'not now': { judgement: NOT_NOW },
  'not allowed': { judgement: NO },
  ours: { service: { revision: 'ours', image: NEW } },
  before: { service: { revision: 'before', image: OLD } },
  theirs: { service: { revision: 'theirs', image: 'registry.acme.io/shop/web:2.0.9' } },
};

/** What the containers of a service show, where a row says it; otherwise nobody has looked at them. */
const CONTAINERS: Readonly<Record<string, (service: Service) => Inspection>> = {
  sound: ({ revision }) => anInspection({ containers: [aContainer({ revision })] }),
  'old ones only': () =>
    anInspection({ current: 0, outdated: 1, containers: [aContainer({ id: 'old', revision: 'before' })] }),
};

/** How long after noon, when its start or its rollback was asked for, it is looked at: soon, and after days. */
const SOON = 1;
const LATE = 1_000_000;

/**
 * The move in each state of a rollout, by the phase of its service (and what its containers show) and by whose revision the
 * service has; `a → b`: soon, and after days.
 */
const TABLES: Readonly<Record<string, { readonly rollout: Rollout; readonly moves: string }>> = {
  queued: {
    rollout: aRollout({ busySince: NOON }),
    moves: `
                        | allowed | not now             | not allowed
    idle                | start   | wait → skipped busy | skipped off
    idle, old ones only | start   | wait → skipped busy | skipped off
    changing            | start   | wait → skipped busy | skipped off
    upgrading           | start   | wait → skipped busy | skipped off
    upgraded            | start   | wait → skipped busy | skipped off
    upgraded, sound     | start   | wait → skipped busy | skipped off
    finishing           | start   | wait → skipped busy | skipped off
    rolling_back        | start   | wait → skipped busy | skipped off
    cancelling          | start   | wait → skipped busy | skipped off
    cancelled           | start   | wait → skipped busy | skipped off
    stopped             | start   | wait → skipped busy | skipped off
    gone                | start   | wait → skipped busy | skipped off
    unknown             | start   | wait → skipped busy | skipped off
    `,
  },
  'queued, and nobody knows what came of its start': {
    rollout: aRollout({ onFailure: 'rollback', attempt: anAttempt() }),
    moves: `
                        | ours                         | before                       | theirs
    idle                | wait → adopt                 | wait → start                 | wait → start
    idle, old ones only | wait → restore               | wait → start                 | wait → start
    changing            | adopt                        | start                        | start
    upgrading           | adopt                        | start                        | start
    upgraded            | adopt                        | start                        | start
    upgraded, sound     | adopt                        | start                        | start
    finishing           | adopt                        | start                        | start
    rolling_back        | failed rolled_back_elsewhere | failed rolled_back_elsewhere | failed rolled_back_elsewhere
    cancelling          | adopt                        | start                        | start
    cancelled           | adopt                        | start                        | start
    stopped             | adopt                        | start                        | start
    gone                | start                        | start                        | start
    unknown             | adopt                        | start                        | start
    `,
  },
  upgrading: {
    rollout: anUpgrading(),
    moves: `
                        | ours                            | before                       | theirs
    idle                | finished finished_elsewhere     | failed rolled_back_elsewhere | failed overtaken
    idle, old ones only | failed rolled_back_elsewhere    | failed rolled_back_elsewhere | failed overtaken
    changing            | finished finished_elsewhere     | failed rolled_back_elsewhere | failed overtaken
    upgrading           | wait → failed timeout watched   | failed rolled_back_elsewhere | failed overtaken
    upgraded            | wait → failed unhealthy watched | failed rolled_back_elsewhere | failed overtaken
    upgraded, sound     | finish                          | failed rolled_back_elsewhere | failed overtaken
    finishing           | wait → failed timeout           | failed rolled_back_elsewhere | failed overtaken
    rolling_back        | failed rolled_back_elsewhere    | failed rolled_back_elsewhere | failed rolled_back_elsewhere
    cancelling          | failed cancelled_elsewhere      | failed cancelled_elsewhere   | failed cancelled_elsewhere
    cancelled           | failed cancelled_elsewhere      | failed cancelled_elsewhere   | failed cancelled_elsewhere
    stopped             | failed inactive                 | failed rolled_back_elsewhere | failed overtaken
    gone                | failed removed                  | failed removed               | failed removed
    unknown             | wait → failed timeout           | wait → failed timeout        | wait → failed timeout
    `,
  },
  'upgrading, to be confirmed by somebody': {
    rollout: anUpgrading({ confirm: false }),
    moves: `
                    | ours                  | before                       | theirs
    upgrading       | wait → failed timeout | failed rolled_back_elsewhere | failed overtaken
    upgraded        | awaiting_confirmation | failed rolled_back_elsewhere | failed overtaken
    upgraded, sound | awaiting_confirmation | failed rolled_back_elsewhere | failed overtaken
    finishing       | wait → failed timeout | failed rolled_back_elsewhere | failed overtaken
    unknown         | wait → failed timeout | wait → failed timeout        | wait → failed timeout
    `,
  },
  'upgrading, to be rolled back if it fails': {
    rollout: anUpgrading({ onFailure: 'rollback' }),
    moves: `
                    | ours                      | before                       | theirs
    upgrading       | wait → rollBack timeout   | failed rolled_back_elsewhere | failed overtaken
    upgraded        | wait → rollBack unhealthy | failed rolled_back_elsewhere | failed overtaken
    upgraded, sound | finish                    | failed rolled_back_elsewhere | failed overtaken
    finishing       | wait → failed timeout     | failed rolled_back_elsewhere | failed overtaken
    unknown         | wait → failed timeout     | wait → failed timeout        | wait → failed timeout
    `,
  },
  awaiting_confirmation: {
    rollout: anUpgrading({ status: 'awaiting_confirmation' }),
    moves: `
                        | ours                         | before                       | theirs
    idle                | finished finished_elsewhere  | failed rolled_back_elsewhere | failed overtaken
    idle, old ones only | failed rolled_back_elsewhere | failed rolled_back_elsewhere | failed overtaken
    changing            | finished finished_elsewhere  | failed rolled_back_elsewhere | failed overtaken
    upgrading           | wait                         | failed rolled_back_elsewhere | failed overtaken
    upgraded            | wait → remind                | failed rolled_back_elsewhere | failed overtaken
    upgraded, sound     | wait → remind                | failed rolled_back_elsewhere | failed overtaken
    finishing           | wait                         | failed rolled_back_elsewhere | failed overtaken
    rolling_back        | failed rolled_back_elsewhere | failed rolled_back_elsewhere | failed rolled_back_elsewhere
    cancelling          | failed cancelled_elsewhere   | failed cancelled_elsewhere   | failed cancelled_elsewhere
    cancelled           | failed cancelled_elsewhere   | failed cancelled_elsewhere   | failed cancelled_elsewhere
    stopped             | failed inactive              | failed rolled_back_elsewhere | failed overtaken
    gone                | failed removed               | failed removed               | failed removed
    unknown             | wait                         | wait                         | wait
    `,
  },
  finishing: {
    rollout: anUpgrading({ status: 'finishing' }),
    moves: `
                        | ours                            | before                       | theirs
    idle                | finished                        | failed rolled_back_elsewhere | failed overtaken
    idle, old ones only | failed rolled_back_elsewhere    | failed rolled_back_elsewhere | failed overtaken
    changing            | finished                        | failed rolled_back_elsewhere | failed overtaken
    upgrading           | wait → failed timeout watched   | failed rolled_back_elsewhere | failed overtaken
    upgraded            | wait → failed unhealthy watched | failed rolled_back_elsewhere | failed overtaken
    upgraded, sound     | finish                          | failed rolled_back_elsewhere | failed overtaken
    finishing           | wait → failed timeout           | failed rolled_back_elsewhere | failed overtaken
    rolling_back        | failed rolled_back_elsewhere    | failed rolled_back_elsewhere | failed rolled_back_elsewhere
    cancelling          | failed cancelled_elsewhere      | failed cancelled_elsewhere   | failed cancelled_elsewhere
    cancelled           | failed cancelled_elsewhere      | failed cancelled_elsewhere   | failed cancelled_elsewhere
    stopped             | failed inactive                 | failed rolled_back_elsewhere | failed overtaken
    gone                | failed removed                  | failed removed               | failed removed
    unknown             | wait → failed timeout           | wait → failed timeout        | wait → failed timeout
    `,
  },
  rolling_back: {
    rollout: anUpgrading({ status: 'rolling_back', undoing: anUndoing() }),
    moves: `
                        | ours                               | before                 | theirs
    idle                | rollback_failed                    | wait → rollback_failed | failed overtaken
    idle, old ones only | rollback_failed                    | rolled_back timeout    | failed overtaken
    changing            | wait → rollback_failed             | wait → rollback_failed | wait → rollback_failed
    upgrading           | rollBack timeout → rollback_failed | failed overtaken       | failed overtaken
    upgraded            | rollBack timeout → rollback_failed | failed overtaken       | failed overtaken
    upgraded, sound     | rollBack timeout → rollback_failed | failed overtaken       | failed overtaken
    finishing           | wait → rollback_failed             | wait → rollback_failed | wait → rollback_failed
    rolling_back        | wait → rollback_failed             | wait → rollback_failed | wait → rollback_failed
    cancelling          | wait → rollback_failed             | wait → rollback_failed | wait → rollback_failed
    cancelled           | rollBack timeout → rollback_failed | failed overtaken       | failed overtaken
    stopped             | rollback_failed                    | wait → rollback_failed | failed overtaken
    gone                | rollback_failed                    | rollback_failed        | rollback_failed
    unknown             | wait → rollback_failed             | wait → rollback_failed | wait → rollback_failed
    `,
  },
  'failed, and watched': {
    rollout: anUpgrading({ status: 'failed', watchedUntil: noonPlus(86_400) }),
    moves: `
                        | ours                                  | before                       | theirs
    idle                | finished finished_elsewhere → failed  | failed rolled_back_elsewhere | failed
    idle, old ones only | failed rolled_back_elsewhere → failed | failed rolled_back_elsewhere | failed
    changing            | wait → failed                         | failed rolled_back_elsewhere | failed
    upgrading           | wait → failed                         | failed rolled_back_elsewhere | failed
    upgraded            | wait → failed                         | failed rolled_back_elsewhere | failed
    upgraded, sound     | late → failed                         | failed rolled_back_elsewhere | failed
    finishing           | wait → failed                         | failed rolled_back_elsewhere | failed
    rolling_back        | failed                                | failed rolled_back_elsewhere | failed
    cancelling          | failed                                | failed rolled_back_elsewhere | failed
    cancelled           | failed                                | failed rolled_back_elsewhere | failed
    stopped             | failed                                | failed rolled_back_elsewhere | failed
    gone                | failed                                | failed rolled_back_elsewhere | failed
    unknown             | wait → failed                         | failed rolled_back_elsewhere | failed
    `,
  },
  'failed, and to be rolled back': {
    rollout: anUpgrading({
      status: 'failed',
      onFailure: 'rollback',
      reason: reason('rollout.unhealthy', 'not healthy'),
      watchedUntil: noonPlus(86_400),
    }),
    moves: `
                    | ours                                  | before                       | theirs
    changing        | wait → failed unhealthy               | failed rolled_back_elsewhere | failed unhealthy
    upgrading       | rollBack unhealthy → failed unhealthy | failed rolled_back_elsewhere | failed unhealthy
    upgraded        | rollBack unhealthy → failed unhealthy | failed rolled_back_elsewhere | failed unhealthy
    upgraded, sound | rollBack unhealthy → failed unhealthy | failed rolled_back_elsewhere | failed unhealthy
    finishing       | wait → failed unhealthy               | failed rolled_back_elsewhere | failed unhealthy
    unknown         | wait → failed unhealthy               | failed rolled_back_elsewhere | failed unhealthy
    `,
  },
};

interface Case {
  readonly column: string;
  readonly row: string;
  readonly expected: string;
}

function casesOf(moves: string): readonly Case[] {
  const [columns = [], ...rows] = moves
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const named = columns[0] === '' ? columns.slice(1) : columns;
  return rows.flatMap(([row = '', ...cells]) =>
    named.map((column, index) => ({ row, column, expected: cells[index] ?? '' })),
  );
}

describe.each(Object.entries(TABLES))('nextMove of a rollout that is %s', (_, { rollout, moves }) => {
  const cases = casesOf(moves);

  it.each(cases)('is right where the service is $row, $column: $expected', ({ row, column, expected }) => {
    const [soon, late] = [SOON, LATE].map((seconds) => words(situation(rollout, row, column, seconds)));

    expect(soon === late ? soon : `${soon} → ${late}`).toBe(expected);
  });
});

describe('the tables of moves', () => {
  it.each(ROLLOUT_STATUSES.filter((status) => !OVER.has(status)))('tell every phase of %s', (status) => {
    const tables = Object.values(TABLES).filter(({ rollout }) => rollout.status === status);
    const phases = tables.flatMap(({ moves }) => casesOf(moves).map(({ row }) => row.split(', ')[0]));

    expect(new Set(phases)).toEqual(new Set(PHASES));
  });
});

function situation(rollout: Rollout, row: string, column: string, seconds: number): Situation {
  const [phase = '', containers = ''] = row.split(', ');
  const { service: has, judgement = YES } = COLUMNS[column] ?? {};
  const service = aService({ phase: phase as Phase, state: phase, ...has });
  const inspection = CONTAINERS[containers]?.(service) ?? null;
  const noted = inspection ? proven(rollout, service, inspection, noonPlus(seconds)) : rollout;
  return aSituation({ rollout: noted, service, inspection, judge: () => judgement }, seconds);
}

/** Its outcome, without the first parts of the codes; a rollback fails with one code alone. */
function words(given: Situation): string {
  return outcome(nextMove(given))
    .replace(/ \w+\./, ' ')
    .replace(' not_rolled_back', '');
}

describe('nextMove', () => {
  it('is total: what is rolled back without a word why waits', () => {
    const rollout = anUpgrading({ status: 'rolling_back', undoing: null });

    expect(nextMove(aSituation({ rollout }))).toEqual({ do: 'wait', because: null });
  });
});

describe('nextMoveUnseen', () => {
  const outage = anOutage();
  const patienceMs = 3_600_000;

  it.each<[string, Rollout, number, string]>([
    ['queued, for less than the patience', aRollout({ outage }), 3599, 'wait'],
    ['queued, for longer', aRollout({ outage }), 3600, 'failed rancher.unreachable'],
    ['upgrading, while its own time is not up either', anUpgrading({ outage }), 3629, 'wait'],
    ['upgrading, for longer', anUpgrading({ outage }), 3630, 'failed rancher.unreachable watched'],
    [
      'upgrading, after earlier outages',
      anUpgrading({ outage, unseenMs: 3_600_000 }),
      3630,
      'failed rancher.unreachable watched',
    ],
    [
      'upgrading, when its time was up before anybody looked',
      anUpgrading({ timedFrom: noonPlus(-10_000), outage }),
      3599,
      'wait',
    ],
    [
      'awaiting confirmation, however long',
      anUpgrading({ status: 'awaiting_confirmation', outage }),
      1e6,
      'wait',
    ],
    ['rolling back, while its own time is not up', rollingBack(), 3899, 'wait'],
    ['rolling back, for longer', rollingBack(), 3900, 'rollback_failed rollout.not_rolled_back'],
    [
      'rolling back, when its time was up before anybody looked',
      rollingBack({ undoing: anUndoing({ at: noonPlus(-10_000) }) }),
      3600,
      'rollback_failed rollout.not_rolled_back',
    ],
    ['failed and watched', inStatus('failed', { outage }), 86_399, 'wait'],
    ['failed and watched for long enough', inStatus('failed', { outage }), 86_400, 'failed'],
    ['failed and not watched', inStatus('failed', { outage, watchedUntil: null }), 1e6, 'wait'],
    ['seen', aRollout({ outage: null }), 1e6, 'wait'],
  ])('%s (%#)', (_, rollout, seconds, expected) => {
    expect(outcome(nextMoveUnseen(rollout, noonPlus(seconds), patienceMs))).toBe(expected);
  });

  it('says why, and since when', () => {
    expect(nextMoveUnseen(aRollout({ outage }), noonPlus(3600), patienceMs)).toMatchObject({
      reason: { message: 'Rancher does not answer; this has been so since 2026-03-02T12:00:00.000Z' },
    });
  });

  function rollingBack(overrides: Partial<Rollout> = {}): Rollout {
    return inStatus('rolling_back', { outage, ...overrides });
  }
});

/** A rollout of the status, with all that belongs to it. */
function inStatus(status: Rollout['status'], overrides: Partial<Rollout> = {}): Rollout {
  if (status === 'queued') return aRollout(overrides);
  const undoing = status === 'rolling_back' ? anUndoing() : null;
  const watchedUntil = status === 'failed' ? noonPlus(86_400) : null;
  return anUpgrading({ status, undoing, watchedUntil, ...overrides });
}

describe(deadlineMs, () => {
  it.each<[string, Rollout, number, number | null]>([
    ['nothing of one that waits', aRollout(), 0, null],
    ['what is left of its timeout', anUpgrading({ timedFrom: NOON, timeout: 30 }), 10, 20_000],
    ['nothing once that is over', anUpgrading({ timedFrom: NOON, timeout: 30 }), 30, null],
    [
      'what is left of a rollback',
      inStatus('rolling_back', { undoing: anUndoing({ at: NOON }) }),
      10,
      290_000,
    ],
  ])('is %s', (_, rollout, seconds, left) => {
    expect(deadlineMs(rollout, noonPlus(seconds))).toBe(left);
  });
});
