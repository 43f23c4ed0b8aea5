import type { Notice, Taken, UpgradeRecord } from '../judging/notice-evidence.js';

/** When what a notice tells of was so. */
const AT = '2026-03-02T12:00:00.000Z';

/** An upgrade with these statuses one after the other; the journal's numbers are theirs from `first` on. */
export function record(id: string, first: number, ...statuses: readonly string[]): UpgradeRecord {
  const history = statuses.map((status, index) => ({ entry: first + index, status }));
  return { id, image: 'acme/web:1.1.0', status: statuses.at(-1) ?? '', rollouts: [], history, steps: [] };
}

/** Of the upgrade `a`, which has failed. */
export function notice(id: string, more: Partial<Notice>): Notice {
  const base = { id, kind: 'upgrade', time: AT, upgrade: 'a', status: 'failed' } as const;
  return { ...base, rollouts: [], digest: null, more: 0, ...more };
}

/** As its receiver has taken it. */
export function takenOf(one: Notice, more: Partial<Taken> = {}): Taken {
  return { delivery: one.id, isGenuine: true, body: JSON.stringify(one), ...more };
}

/** Written as `upgrade:status`, each with an id of its own. */
export function told(...words: readonly string[]): readonly Taken[] {
  return words.map((word, index) => {
    const [upgrade = '', status = ''] = word.split(':');
    return takenOf(notice(`n${index}`, { upgrade, status }));
  });
}

/** Written in the same way; all in one. */
export function digest(...words: readonly string[]): Taken {
  const upgrades = words.map((word) => {
    const [upgrade = '', status = ''] = word.split(':');
    return { upgrade, status };
  });
  return takenOf(notice('digest-1', { kind: 'digest', upgrade: null, status: null, digest: { upgrades } }));
}
