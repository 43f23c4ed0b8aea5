import { describe, expect, it } from '@jest/globals';
import { GrowingBytes, PartTooLong } from './growing-bytes.js';

describe(GrowingBytes, () => {
  it('keeps what is added in order, also when it has to grow', () => {
    const bytes = new GrowingBytes(100_000);
    const chunk = Buffer.from('0123456789');

    for (let count = 0; count < 1000; count += 1) bytes.add(chunk);
    bytes.add(chunk, 2, 4);

    expect(bytes.length).toBe(10_002);
    expect(bytes.from(0).toString()).toBe(`${'0123456789'.repeat(1000)}23`);
    expect(bytes.from(9_998).toString()).toBe('8923');
  });

  it('goes on from where it is cut', () => {
    const bytes = new GrowingBytes(10);

    bytes.add(Buffer.from('abcdef'));
    bytes.cutTo(2);
    bytes.add(Buffer.from('z'));

    expect(bytes.from(0).toString()).toBe('abz');
  });

  it('takes as many as it may have, and refuses more before it keeps them', () => {
    const bytes = new GrowingBytes(4);

    bytes.add(Buffer.from('abcd'));

    expect(() => bytes.add(Buffer.from('e'))).toThrow(new PartTooLong(4));
    expect(bytes.from(0).toString()).toBe('abcd');
  });
});
