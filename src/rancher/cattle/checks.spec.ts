import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, UpdaterError } from '../../common/errors.js';
import { checksAfter, checksOf } from './checks.js';

function environment(name: string, isSelected: boolean) {
  return { id: name, name, isSelected, why: '', doubt: null };
}

function failing(checks: readonly { readonly name: string; readonly ok: boolean }[]): readonly string[] {
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

describe(checksOf, () => {
  it('is good with one environment selected', () => {
    const checks = checksOf([environment('a', true), environment('b', false)]);

    expect(checks.map(({ name }) => name)).toEqual(['rancher', 'key', 'environments']);
    expect(failing(checks)).toEqual([]);
    expect(checks[2]?.message).toBe('selected: a');
  });

  it('is not good with none selected, and names what there is', () => {
    const many = Array.from({ length: 12 }, (_, index) => environment(`e${index}`, false));

    expect(failing(checksOf(many))).toEqual(['environments']);
    expect(checksOf(many)[2]?.message).toContain('e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, and 2 more');
    expect(checksOf([])[2]?.message).toContain('nothing');
  });
});

describe(checksAfter, () => {
  it.each<[ErrorCode, readonly string[]]>([
    ['rancher.unreachable', ['rancher', 'key', 'environments']],
    ['rancher.error', ['rancher', 'key', 'environments']],
    ['rancher.unauthorized', ['key', 'environments']],
    ['rancher.forbidden', ['key', 'environments']],
  ])('finds after %s that these fail: %j', (code, expected) => {
    const checks = checksAfter(new UpdaterError(code, 'because'));

    expect(checks.map(({ name }) => name)).toEqual(['rancher', 'key', 'environments']);
    expect(failing(checks)).toEqual(expected);
  });

  it('says why', () => {
    expect(checksAfter(new UpdaterError('rancher.unreachable', 'connection refused'))[0]?.message).toBe(
      'connection refused',
    );
    expect(checksAfter(new UpdaterError('rancher.forbidden', 'not yours'))[1]?.message).toBe('not yours');
  });
});
