import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { aLine, aNotice, anUnreadLine, anUpgradeLine } from '../../test/fakes/records.js';
import { TONES, type Notice } from '../domain/notice.js';
import { teamsMessage } from './teams.card.js';

/** The paragraphs of a card, each as its runs. */
function paragraphs(notice: Notice) {
  return teamsMessage(notice).attachments[0].content.body.map(({ inlines }) => inlines);
}

/** What people read. */
function textsOf(notice: Notice): readonly string[] {
  return paragraphs(notice).map((runs) => runs.map(({ text }) => text).join(''));
}

describe(teamsMessage.name, () => {
  it('is one Adaptive Card 1.4 in the envelope that a Workflows URL takes', () => {
    expect(teamsMessage(aNotice())).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4' },
        },
      ],
    });
  });

  it('says what came of an image, with a line and a link for each service', () => {
    const lines = [
      aLine({ service: 'api', outcome: 'failed', reason: 'not healthy within 30 s', tone: 'danger' }),
      aLine({ outcome: 'upgraded' }),
    ];
    const notice = aNotice({ tone: 'danger', summary: '1 of 2 services upgraded, 1 failed', lines });

    expect(textsOf(notice)).toEqual([
      'registry.acme.io/shop/web:2.1.0',
      '1 of 2 services upgraded, 1 failed',
      'production / shop / api failed web:2.0.4 → web:2.1.0: not healthy within 30 s',
      'production / shop / web upgraded web:2.0.4 → web:2.1.0',
      'upgrade u1 · 2026-03-02T12:00:00.000Z',
    ]);
    expect(paragraphs(notice)[0]).toMatchObject([{ color: 'attention', weight: 'bolder' }]);
    expect(paragraphs(notice)[2]).toMatchObject([
      {
        selectAction: {
          type: 'Action.OpenUrl',
          url: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
        },
      },
      { text: 'failed', color: 'attention' },
      { fontType: 'monospace' },
      {},
    ]);
  });

  it('says who asked for it, where that is known', () => {
    expect(textsOf(aNotice({ caller: 'alice' })).at(-1)).toContain(' · asked for by alice · ');
  });

  it.each(['digest', 'sample'] as const)('has its words for a heading where it is a %s', (kind) => {
    const none = { image: null, upgradeId: null, status: null };

    const texts = textsOf(aNotice({ kind, ...none, summary: '3 notices', lines: [] }));

    expect(texts).toEqual(['3 notices', '2026-03-02T12:00:00.000Z']);
  });

  it('has lines about an environment, about nothing by name, and about a whole upgrade', () => {
    const unlisted = anUnreadLine({ environment: '', outcome: 'no environment could be read', reason: null });

    expect(textsOf(aNotice({ lines: [anUnreadLine(), unlisted, anUpgradeLine()] })).slice(2, 5)).toEqual([
      'staging could not be read: HTTP 502',
      'no environment could be read',
      'failed web:9.0.0: 1 of 1 services failed',
    ]);
  });

  it.each([
    [20, 0, 20, null],
    [21, 0, 20, 'and 1 more'],
    [2500, 100, 20, 'and 2580 more'],
  ])('of %i lines, and %i left out before, shows %i, then %p', (count, more, shown, last) => {
    const lines = Array.from({ length: count }, () => aLine());

    const texts = textsOf(aNotice({ lines, more }));

    expect(texts.filter((text) => text.startsWith('production'))).toHaveLength(shown);
    expect(texts.slice(2 + shown, -1)).toEqual(last === null ? [] : [last]);
  });

  it.each(['javascript:alert(1)', 'ftp://h/', '/env/1a5', null, `https://h/${'x'.repeat(600)}`])(
    'makes no link of %p',
    (link) => {
      const [place] = paragraphs(aNotice({ lines: [aLine({ link })] }))[2] ?? [];

      expect(place).toEqual({ type: 'TextRun', text: 'production / shop / web ' });
    },
  );

  it('gives foreign text no place where Markdown, mentions or dates are read', () => {
    const foreign = '[x](https://evil) <at>all</at> # {{DATE(2026-01-01T00:00:00Z)}}\r\n\u202eend';
    const notice = aNotice({ summary: foreign, image: foreign, lines: [aLine({ service: foreign })] });

    expect(textsOf(notice)[1]).toBe(
      '[x](https://evil) <at>all</at> # {\u200b{DATE(2026-01-01T00:00:00Z)}} end',
    );
    for (const { type } of paragraphs(notice).flat()) expect(type).toBe('TextRun');
    expect(JSON.stringify(teamsMessage(notice))).not.toContain('"TextBlock"');
  });

  it('takes less than 28 KB in UTF-8 and in UTF-16, whatever it is told', () => {
    const unit = fc.constantFrom('a', '"', '\\', '€', '😀', '{', '\n', '\ud83d');
    const text = fc.string({ unit, maxLength: 3000, minLength: 1000 });
    const line = fc.record({ service: text, to: text, reason: text, tone: fc.constantFrom(...TONES) });
    const facts = fc.record({
      image: text,
      caller: text,
      summary: text,
      lines: fc.array(line, { minLength: 20 }),
    });

    fc.assert(
      fc.property(facts, ({ lines, ...some }) => {
        const json = JSON.stringify(teamsMessage(aNotice({ ...some, lines: lines.map(aLine) })));
        expect(Math.max(Buffer.byteLength(json), json.length * 2)).toBeLessThanOrEqual(28_000);
      }),
      { numRuns: 30 },
    );
  });
});
