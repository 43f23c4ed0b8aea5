import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { STATUS } from '../src/http/statuses.js';

/** A bug, which is no foreseen failure: the filter answers it by itself. */
const BUG = '500 internal.error';

/** Every code in a row that begins with a status. */
const told = [...readFileSync('docs/api.md', 'utf8').matchAll(/^\| (\d{3}) +\| (`\w+\.[^|]*)\|/gm)].flatMap(
  ([, status, codes = '']) => [...codes.matchAll(/`(\w+\.\w+)`/g)].map(([, code]) => `${status} ${code}`),
);

describe('the table of error codes in docs/api.md', () => {
  it('names every code once, with the status that it is answered with', () => {
    const answered = Object.entries(STATUS).map(([code, status]) => `${status} ${code}`);

    expect(told.toSorted()).toEqual([...answered, BUG].toSorted());
  });
});
