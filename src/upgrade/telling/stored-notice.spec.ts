import { describe, expect, it } from '@jest/globals';
import { aNotice, anOutboxItem, NOON } from '../../../test/fakes/records.js';
import { noticeIn } from './stored-notice.js';

describe(noticeIn.name, () => {
  it('finds a notice as it was stored', () => {
    const payload = { ...aNotice(), callerWord: '10.0.0.7' };

    expect(noticeIn(anOutboxItem({ payload }))).toEqual(payload);
  });

  it.each(['alice', null])(
    'knows of one that an older version has stored its caller’s name: %s',
    (caller) => {
      const payload = aNotice({ caller });

      expect(noticeIn(anOutboxItem({ payload }))).toMatchObject({ caller, callerWord: caller });
    },
  );

  it('completes one that an older version has stored', () => {
    const { upgradeId, image, status, summary } = aNotice();
    const line = { environment: 'production', outcome: 'upgraded', tone: 'good' };

    const found = noticeIn(
      anOutboxItem({ id: 'o7', payload: { upgradeId, image, status, tone: 'good', summary, lines: [line] } }),
    );

    expect(found).toMatchObject({
      id: 'o7',
      at: NOON.toISOString(),
      kind: 'upgrade',
      tone: 'info',
      caller: null,
      more: 0,
      lines: [{ about: 'rollout', notify: null, code: null, environment: 'production', tone: 'info' }],
    });
  });

  it.each([
    ['nothing', null],
    ['a text', 'notice'],
    ['an empty object', {}],
    ['an object of another version', { ...aNotice(), summary: undefined }],
    ['a notice without lines', { ...aNotice(), lines: 'none' }],
  ])('does not take %s for one', (_, payload) => {
    expect(noticeIn(anOutboxItem({ payload }))).toBeNull();
  });
});
