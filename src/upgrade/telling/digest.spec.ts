import { describe, expect, it } from '@jest/globals';
import { aNotice, NOON, noonPlus } from '../../../test/fakes/records.js';
import type { Notice } from '../../domain/notice.js';
import { digestOf } from './digest.js';

function notice(number: number, overrides: Partial<Notice> = {}): Notice {
  return aNotice({
    id: `n${number}`,
    upgradeId: `u${number}`,
    image: `acme/web:${number}.0.0`,
    at: noonPlus(number).toISOString(),
    ...overrides,
  });
}

describe(digestOf.name, () => {
  it('tells how many there were, from when to when, and how bad they were', () => {
    const digest = digestOf([
      notice(0),
      notice(1, { tone: 'danger' }),
      notice(2),
      notice(9, { tone: 'warning' }),
    ]);

    expect(digest).toMatchObject({
      kind: 'digest',
      upgradeId: null,
      image: null,
      status: null,
      tone: 'danger',
      at: noonPlus(9).toISOString(),
      digest: { count: 4, from: NOON.toISOString(), to: noonPlus(9).toISOString() },
      more: 0,
    });
    expect(digest.summary).toBe(
      '4 notices between 2026-03-02T12:00:00.000Z and 2026-03-02T12:00:09.000Z: 1 danger, 1 warning, 2 info. They could not be delivered before',
    );
  });

  it('has a line for each, the worst first and of these the newest', () => {
    const digest = digestOf([
      notice(1),
      notice(2, { tone: 'danger', status: 'partly_failed', summary: '1 of 2 services upgraded, 1 failed' }),
      notice(3),
      notice(4, { tone: 'danger', status: 'failed' }),
    ]);

    expect(digest.lines).toMatchObject([{ id: 'u4' }, { id: 'u2' }, { id: 'u3' }, { id: 'u1' }]);
    expect(digest.lines[1]).toEqual({
      about: 'upgrade',
      id: 'u2',
      image: 'acme/web:2.0.0',
      status: 'partly_failed',
      outcome: 'partly failed',
      summary: '1 of 2 services upgraded, 1 failed',
      tone: 'danger',
    });
  });

  it('names the fifty worst of thousands, and counts the others', () => {
    const notices = Array.from({ length: 3000 }, (_, index) =>
      notice(index, index === 0 ? { tone: 'danger' } : {}),
    );

    const digest = digestOf(notices);

    expect(digest.lines).toHaveLength(50);
    expect(digest.lines[0]).toMatchObject({ id: 'u0', tone: 'danger' });
    expect(digest).toMatchObject({ more: 2950, digest: { count: 3000 } });
  });

  it('has the same id for the same notices, and another for others', () => {
    const [one, two, three] = [notice(1), notice(2), notice(3)];

    expect(digestOf([one, two])).toEqual(digestOf([one, two]));
    expect(digestOf([one, two]).id).not.toBe(digestOf([one, two, three]).id);
  });

  it('is total: also of nothing, and of what has no status', () => {
    expect(digestOf([])).toMatchObject({ tone: 'info', lines: [], digest: { count: 0 } });
    expect(digestOf([notice(1, { status: null })]).lines).toMatchObject([{ outcome: 'info' }]);
  });
});
