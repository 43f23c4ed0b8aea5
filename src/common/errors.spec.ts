import { describe, expect, it } from '@jest/globals';
import { asLogged, messageOf, stackOf, UpdaterError } from './errors.js';

describe(messageOf, () => {
  it.each([
    [new TypeError('no such thing'), 'no such thing'],
    [new UpdaterError('rancher.error', 'it is broken'), 'it is broken'],
    ['only text', 'only text'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('says in a sentence what went wrong: %p', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });
});

describe(stackOf, () => {
  it('has the message and the way that led there', () => {
    expect(stackOf(new TypeError('no such thing'))).toMatch(/^TypeError: no such thing\n.*errors\.spec/s);
  });

  it.each([
    ['only text', 'only text'],
    [Object.assign(new Error('without a way'), { stack: undefined }), 'without a way'],
  ])('has at least the message of %p', (thrown, text) => {
    expect(stackOf(thrown)).toBe(text);
  });
});

describe(asLogged, () => {
  it('marks a foreseen failure, and leaves anything else as it is', () => {
    const bug = new TypeError('a bug');
    const marked = asLogged(new UpdaterError('rancher.error', 'it is broken', { retryAfterMs: 5 }));

    expect(marked).toMatchObject({
      code: 'rancher.error',
      message: 'it is broken',
      details: { retryAfterMs: 5, isLogged: true },
    });
    expect(asLogged(bug)).toBe(bug);
  });
});
