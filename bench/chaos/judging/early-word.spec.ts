import { describe, expect, it } from '@jest/globals';
import { earlyWordOf } from './early-word.js';

/** Written as `rollout:status`, in the order of the journal; answers which of them people are told of at once. */
function earlyWord(...words: readonly string[]): string | null {
  const steps = words.map((word, entry) => {
    const [rollout = '', status = ''] = word.split(':');
    return { entry, rollout, status };
  });
  const step = earlyWordOf({ id: 'a', image: 'x:1', status: 'failed', rollouts: [], history: [], steps });
  return step ? `${step.rollout}:${step.status}` : null;
}

describe(earlyWordOf, () => {
  it.each([
    [
      'the first failure',
      ['r:queued', 's:queued', 'r:upgrading', 'r:failed', 's:upgrading', 's:failed'],
      'r:failed',
    ],
    [
      'a rollback that begins',
      ['r:upgrading', 's:finishing', 'r:rolling_back', 's:finished'],
      'r:rolling_back',
    ],
    ['the last service that was under way', ['r:upgrading', 's:upgrading', 's:finished', 'r:failed'], null],
    ['a service alone', ['r:upgrading', 'r:failed'], null],
    ['an upgrade without a failure', ['r:upgrading', 's:upgrading', 'r:finished', 's:finished'], null],
    ['what failed after something was skipped', ['r:queued', 's:queued', 't:skipped', 'r:failed'], null],
    [
      'what failed before something was skipped',
      ['r:upgrading', 's:queued', 'r:failed', 's:skipped'],
      'r:failed',
    ],
  ])('knows of %s', (_, words, told) => {
    expect(earlyWord(...words)).toBe(told);
  });
});
