import { beforeEach, describe, expect, it } from '@jest/globals';
import { UpdaterError } from './errors.js';
import { createLog } from './log.js';
import { RecurringTrouble } from './recurring-trouble.js';

const FULL = new UpdaterError('store.unavailable', 'the disk is full');

describe(RecurringTrouble.name, () => {
  let logged: Record<string, unknown>[];
  let trouble: RecurringTrouble;

  beforeEach(() => {
    logged = [];
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    trouble = new RecurringTrouble(createLog({ level: 'debug', format: 'json', secrets: [], destination }));
  });

  function lines(): readonly unknown[] {
    return logged.map(({ level, message, reason = null }) => [level, message, reason]);
  }

  it('is logged once for each reason, and once when it is over', () => {
    trouble.had('cannot write', FULL);
    trouble.had('cannot write', FULL);
    trouble.had('cannot write', new UpdaterError('store.unavailable', 'the disk is gone'));
    trouble.had('cannot write', FULL);
    trouble.over('cannot write');
    trouble.over('cannot write');
    trouble.had('cannot write', FULL);

    expect(lines()).toEqual([
      ['error', 'cannot write', 'the disk is full'],
      ['error', 'cannot write', 'the disk is gone'],
      ['error', 'cannot write', 'the disk is full'],
      ['info', 'over: cannot write', null],
      ['error', 'cannot write', 'the disk is full'],
    ]);
  });

  it('is a warning where Rancher is the one that has it', () => {
    trouble.had('cannot list', new UpdaterError('rancher.unreachable', 'no answer'));
    trouble.over('cannot list');

    expect(lines()).toEqual([
      ['warn', 'cannot list', 'no answer'],
      ['info', 'over: cannot list', null],
    ]);
  });

  it('is told apart by its message and by what it is about', () => {
    trouble.had('cannot write', FULL, { rollout: 'r1' });
    trouble.had('cannot write', FULL, { rollout: 'r2' });
    trouble.had('cannot read', FULL, { rollout: 'r1' });
    trouble.over('cannot write', { rollout: 'r2' });

    expect(logged).toMatchObject([
      { message: 'cannot write', code: 'store.unavailable', rollout: 'r1' },
      { message: 'cannot write', code: 'store.unavailable', rollout: 'r2' },
      { message: 'cannot read', code: 'store.unavailable', rollout: 'r1' },
      { message: 'over: cannot write', rollout: 'r2' },
    ]);
  });

  it('is for debugging only where it is logged already, until it has another reason', () => {
    const known = new UpdaterError('store.unavailable', 'it is damaged', { isLogged: true });
    trouble.had('cannot write', known);
    trouble.over('cannot write');
    trouble.had('cannot write', known);
    trouble.had('cannot write', FULL);
    trouble.over('cannot write');

    expect(lines()).toEqual([
      ['debug', 'cannot write', 'it is damaged'],
      ['debug', 'over: cannot write', null],
      ['debug', 'cannot write', 'it is damaged'],
      ['error', 'cannot write', 'the disk is full'],
      ['info', 'over: cannot write', null],
    ]);
  });

  it('comes with its stack where nobody foresaw it', () => {
    trouble.had('cannot write', new TypeError('a bug'));
    trouble.had('cannot read', 'no error at all');

    expect(logged).toMatchObject([
      { code: 'internal.error', reason: 'a bug', error: expect.stringContaining('trouble.spec') },
      { code: 'internal.error', reason: 'no error at all' },
    ]);
    expect(logged[1]).not.toHaveProperty('error');
  });
});
