import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '../../common/log.js';
import { Unbelieved } from './unbelieved.js';

describe(Unbelieved, () => {
  let logged: Record<string, unknown>[];
  let unbelieved: Unbelieved;

  beforeEach(() => {
    logged = [];
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    unbelieved = new Unbelieved(createLog({ level: 'debug', format: 'json', secrets: [], destination }));
  });

  it('warns once for each of twenty addresses, then once for all others', () => {
    const addresses = Array.from({ length: 30 }, (_, number) => `10.0.0.${number}`);
    for (const address of [...addresses, ...addresses]) unbelieved.tell('untrusted', address);

    expect(logged.map(({ address }) => address)).toEqual([...addresses.slice(0, 20), undefined]);
    expect(logged.map(({ level }) => level)).toEqual(Array.from({ length: 21 }, () => 'warn'));
    expect(logged[20]).toMatchObject({ message: expect.stringContaining('many more addresses') });
  });
});
