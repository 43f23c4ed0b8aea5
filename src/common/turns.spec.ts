import { describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { idle } from '../../test/fakes/hand-clock.js';
import { Turns } from './turns.js';

describe(Turns.name, () => {
  it('answers what the work answers, and fails as it fails', async () => {
    const turns = new Turns();

    const answer = await turns.take('a', async () => 42);
    const failing = turns.take('a', () => Promise.reject(new Error('no')));

    expect(answer).toBe(42);
    await expect(failing).rejects.toThrow('no');
  });

  it('runs work of one key one after the other, in the order in which it came', async () => {
    const { turns, begun, let: end } = workshop();

    for (const name of ['first', 'second', 'third']) turns('a', name);
    await idle();
    const atFirst = [...begun];
    await end('second');
    await end('first');

    expect(atFirst).toEqual(['first']);
    expect(begun).toEqual(['first', 'second']);
  });

  it('does not let different keys wait for each other', async () => {
    const { turns, begun } = workshop();

    turns('a', 'one');
    turns('b', 'other');
    await idle();

    expect(begun).toEqual(['one', 'other']);
  });

  it('goes on after work that fails, whether it throws late or at once', async () => {
    const turns = new Turns();
    const outcomes = [
      turns.take('a', async () => {
        await idle();
        throw new Error('late');
      }),
      turns.take('a', () => {
        throw new Error('at once');
      }),
      turns.take('a', async () => 'fine'),
    ];

    const settled = await Promise.allSettled(outcomes);

    expect(settled).toMatchObject([
      { reason: { message: 'late' } },
      { reason: { message: 'at once' } },
      { value: 'fine' },
    ]);
  });

  it('takes work that comes while other work of its key ends', async () => {
    const turns = new Turns();
    const order: string[] = [];

    await turns.take('a', async () => void order.push('first'));
    const second = turns.take('a', async () => void order.push('second'));
    const third = turns.take('a', async () => void order.push('third'));
    await Promise.all([second, third]);

    expect(order).toEqual(['first', 'second', 'third']);
  });
});

/** Work that lasts until it is let go. */
function workshop() {
  const turns = new Turns();
  const begun: string[] = [];
  const gate = new EventEmitter();
  return {
    begun,
    turns: (key: string, name: string) =>
      void turns.take(key, async () => {
        begun.push(name);
        await once(gate, name);
      }),
    let: async (name: string) => {
      gate.emit(name);
      await idle();
    },
  };
}
