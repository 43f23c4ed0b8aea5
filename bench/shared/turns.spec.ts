import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe(Turns, () => {
  it('begins one when the one before has ended, and answers what it answers', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const gate = new AbortController();
    const first = turns.take(async () => {
      seen.push('first begins');
      await once(gate.signal, 'abort');
      seen.push('first ends');
      return 1;
    });
    const second = turns.take(async () => seen.push('second begins'));
    await Promise.resolve();

    expect(seen).toEqual(['first begins']);
    gate.abort();
    expect(await first).toBe(1);
    await second;
    expect(seen).toEqual(['first begins', 'first ends', 'second begins']);
  });

  it('goes on after one that fails, which tells its own alone', async () => {
    const turns = new Turns();

    const first = turns.take(() => Promise.reject(new Error('out of order')));
    const second = turns.take(async () => 2);

    await expect(first).rejects.toThrow('out of order');
    expect(await second).toBe(2);
  });
});
