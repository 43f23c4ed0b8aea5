import { describe, expect, it } from '@jest/globals';
import type { Taken, UpgradeRecord } from './notice-evidence.js';
import { digest, notice, record, takenOf, told } from '../testing/notices.js';
import { judgeNotices } from './notices.js';

/** A second before and after what a notice tells of was so. */
const BEFORE = '2026-03-02T11:59:59.000Z';
const AFTER = '2026-03-02T12:00:01.000Z';

function judged(records: readonly UpgradeRecord[], taken: readonly Taken[]) {
  return judgeNotices({ records, channels: [{ name: 'desk', taken, failed: 0 }], undelivered: 0 });
}

function rulesBroken(records: readonly UpgradeRecord[], taken: readonly Taken[]): readonly string[] {
  return judged(records, taken).map(({ rule }) => rule);
}

const FAILED = record('a', 1, 'running', 'failed');
const TWO = [record('a', 1, 'running', 'failed'), record('b', 11, 'running', 'succeeded')];
const LATE = record('a', 1, 'running', 'failed', 'running', 'succeeded');
const EARLY = {
  ...record('a', 1, 'running', 'failed'),
  history: [
    { entry: 1, status: 'running' },
    { entry: 20, status: 'failed' },
  ],
  steps: [
    { entry: 2, rollout: 's', status: 'queued' },
    { entry: 3, rollout: 'r', status: 'failed' },
  ],
};
const TRIED = { id: 'r', status: 'skipped', finishedAt: BEFORE };

describe(judgeNotices, () => {
  it.each([
    ['an outcome that was told', [FAILED], told('a:failed')],
    ['an early word that was due', [EARLY, ...TWO.slice(1)], told('a:running', 'b:succeeded', 'a:failed')],
    ['an early word on a failure', [FAILED], told('a:running', 'a:failed')],
    ['the same notice twice', TWO, [...told('a:failed', 'b:succeeded'), ...told('a:failed', 'b:succeeded')]],
    ['what was told in a digest', TWO, [digest('b:succeeded', 'a:running', 'a:failed')]],
    ['what a digest tells again', TWO, [...told('a:failed'), digest('b:succeeded', 'a:failed')]],
    ['an upgrade that only has become well late', [LATE], told('a:failed', 'a:succeeded')],
    [
      'an upgrade that has ended the same way twice',
      [record('a', 1, 'running', 'failed', 'running', 'failed')],
      told('a:failed', 'a:failed'),
    ],
    [
      'one that a human has made good, told as failed',
      [record('a', 1, 'running', 'failed', 'succeeded')],
      told('a:failed'),
    ],
    ['one that was superseded, and told to nobody', [record('a', 1, 'running', 'superseded')], []],
    ['one that found nothing to do, and told to nobody', [record('a', 1, 'running', 'nothing_to_do')], []],
    [
      'one that has only skipped services',
      [{ ...record('a', 1, 'running', 'nothing_to_do'), rollouts: [TRIED] }],
      [takenOf(notice('n', { status: 'nothing_to_do', rollouts: [TRIED] }))],
    ],
    ['one that has not settled, which another rule sees', [record('a', 1, 'running')], told('a:failed')],
  ] as const)('has nothing to say against %s', (_, records, taken) => {
    expect(rulesBroken(records, taken)).toEqual([]);
  });

  it.each([
    ['an outcome that was not told', 'untold', [FAILED], []],
    ['an outcome of which only an early word came', 'untold', [FAILED], told('a:running')],
    ['an early word that never came', 'untold', [EARLY], told('a:failed')],
    [
      'an early word that came after what was later',
      'disordered',
      [EARLY, ...TWO.slice(1)],
      told('b:succeeded', 'a:running', 'a:failed'),
    ],
    ['the second of two outcomes', 'untold', [LATE], told('a:failed')],
    [
      'the second time of the same outcome',
      'untold',
      [record('a', 1, 'running', 'failed', 'running', 'failed')],
      told('a:failed'),
    ],
    ['an outcome that is in no journal', 'untold', [{ ...record('a', 1, 'running'), status: 'failed' }], []],
    [
      'services that were skipped, and nobody told',
      'untold',
      [{ ...record('a', 1, 'running', 'nothing_to_do'), rollouts: [TRIED] }],
      [],
    ],
    ['one that a digest leaves out', 'untold', TWO, [digest('b:succeeded')]],
    ['an outcome that never was', 'contradicted', [FAILED], told('a:succeeded', 'a:failed')],
    [
      'a superseded one that was told',
      'contradicted',
      [record('a', 1, 'running', 'superseded')],
      told('a:superseded'),
    ],
    ['an early word that came late', 'contradicted', [FAILED], told('a:failed', 'a:running')],
    ['an order that was turned', 'disordered', TWO, told('b:succeeded', 'a:failed')],
    ['two ids for one outcome', 'doubled', [FAILED], told('a:failed', 'a:failed')],
    ['an upgrade that nobody knows', 'unasked', [FAILED], told('a:failed', 'c:failed')],
    ['a notice about nothing', 'unasked', [], [takenOf(notice('n', { upgrade: null }))]],
    ['another text under the same id', 'altered', [FAILED], [...told('a:failed'), ...told('a:running')]],
    [
      'a signature that is no good',
      'forged',
      [FAILED],
      [...told('a:failed'), takenOf(notice('n', {}), { isGenuine: false })],
    ],
    [
      'an id that is another in the header',
      'forged',
      [FAILED],
      [...told('a:failed'), takenOf(notice('n', {}), { delivery: 'm' })],
    ],
    [
      'a text that is no JSON',
      'forged',
      [FAILED],
      [...told('a:failed'), takenOf(notice('n', {}), { body: '{' })],
    ],
  ] as const)('sees %s', (_, rule, records, taken) => {
    expect(rulesBroken(records, taken)).toEqual([rule]);
  });

  it('takes nothing for told that is not signed', () => {
    const taken = [takenOf(notice('n', {}), { isGenuine: false })];

    expect(rulesBroken([FAILED], taken)).toEqual(['forged', 'untold']);
  });

  it('counts a notice where it came first', () => {
    const [first, second] = told('a:failed', 'b:succeeded');

    expect(
      rulesBroken(
        TWO,
        [first, second, first].flatMap((one) => one ?? []),
      ),
    ).toEqual([]);
    expect(
      rulesBroken(
        TWO,
        [second, first, second].flatMap((one) => one ?? []),
      ),
    ).toEqual(['disordered']);
  });

  it.each([
    ['another status', { id: 'r', status: 'finished', finishedAt: BEFORE }, 1],
    ['nothing', { id: 's', status: 'failed', finishedAt: BEFORE }, 1],
    ['the same', { id: 'r', status: 'failed', finishedAt: BEFORE }, 0],
    ['what has changed since', { id: 'r', status: 'finished', finishedAt: AFTER }, 0],
    ['what has not ended', { id: 'r', status: 'finished', finishedAt: null }, 0],
  ])('compares what was told last of a service: %s', (_, rollout, count) => {
    const taken = [takenOf(notice('n', { rollouts: [{ id: 'r', status: 'failed' }] }))];
    const rules = rulesBroken([{ ...FAILED, rollouts: [rollout] }], taken);

    expect(rules).toEqual(Array.from({ length: count }, () => 'contradicted'));
  });

  it('does not miss services in a notice that says that it leaves some out', () => {
    const rollouts = [{ id: 'r', status: 'failed', finishedAt: BEFORE }];

    expect(rulesBroken([{ ...FAILED, rollouts }], [takenOf(notice('n', { more: 1 }))])).toEqual([]);
  });

  it('judges each channel by itself, and names it', () => {
    const channels = [
      { name: 'desk', taken: told('a:failed'), failed: 0 },
      { name: 'pager', taken: [], failed: 0 },
    ];

    expect(judgeNotices({ records: [FAILED], channels, undelivered: 0 })).toEqual([
      {
        rule: 'untold',
        service: null,
        message: 'channel pager: never told: a (acme/web:1.1.0): failed',
      },
    ]);
  });

  it.each([1, null])('sees that %p notices are not delivered', (undelivered) => {
    expect(judgeNotices({ records: [], channels: [], undelivered })).toMatchObject([{ rule: 'undelivered' }]);
  });
});
