import { describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { idle } from '../../test/fakes/hand-clock.js';
import { Slots } from './slots.js';

describe(Slots, () => {
  it('answers what the work answers, and fails as it fails', async () => {
    const slots = new Slots(1);

    const answer = await slots.take(async () => 42);
    const failing = slots.take(() => Promise.reject(new Error('no')));

    expect(answer).toBe(42);
    await expect(failing).rejects.toThrow('no');
  });

  it('lets no more run at once than there is room for, in the order in which they came', async () => {
    const { take, begun, end } = workshop(2);

    for (const name of ['a', 'b', 'c', 'd']) take(name);
    await idle();
    const atFirst = [...begun];
    await end('b');
    const afterOne = [...begun];
    await end('a');

    expect(atFirst).toEqual(['a', 'b']);
    expect(afterOne).toEqual(['a', 'b', 'c']);
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has its room again after work that fails, late or at once', async () => {
    const slots = new Slots(1);
    const outcomes = [
      slots.take(async () => {
        await idle();
        throw new Error('late');
      }),
      slots.take(() => {
        throw new Error('at once');
      }),
      slots.take(async () => 'fine'),
    ];

    expect(await Promise.allSettled(outcomes)).toMatchObject([
      { reason: { message: 'late' } },
      { reason: { message: 'at once' } },
      { value: 'fine' },
    ]);
  });

  it('gives no room twice where some comes free while others wait', async () => {
    const { take, begun, end } = workshop(1);
    take('a');
    take('b');
    await idle();

    await end('a');
    take('c');
    await idle();
    const whileOneRuns = [...begun];
    await end('b');

    expect(whileOneRuns).toEqual(['a', 'b']);
    expect(begun).toEqual(['a', 'b', 'c']);
  });
});

/** Work that lasts until it is ended. */
function workshop(room: number) {
  const slots = new Slots(room);
  const begun: string[] = [];
  const gate = new EventEmitter();
  return {
    begun,
    take: (name: string) =>
      void slots.take(async () => {
        begun.push(name);
        await once(gate, name);
      }),
    end: async (name: string) => {
      gate.emit(name);
      await idle();
    },
  };
}
