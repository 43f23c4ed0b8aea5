import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anyNoticeLine } from '../../test/fakes/any-notice-line.js';
import { aLine, aNotice, anUnreadLine, anUpgradeLine } from '../../test/fakes/records.js';
import { TONES, type Notice, type NoticeLine } from '../domain/notice.js';
import { slackMessage, type SlackMessage } from './slack.message.js';

const MARKUP = '*bold* https://evil.example/x #general';

/** What would be read as markup, as a link or as a name. */
const ACTIVE =
  /[*~`<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|#[^\s\u200b]|(?<![A-Za-z0-9])@[^\s\u200b]|\]\(|:\/\/|evil\.e/;

describe(slackMessage.name, () => {
  it('says under the bot name what came of an image, with a line and a link for each service', () => {
    const notice = aNotice({
      tone: 'danger',
      summary: '1 of 2 services upgraded, 1 failed',
      lines: [
        aLine({ service: 'api', outcome: 'failed', reason: 'not healthy within 30 s', tone: 'danger' }),
        aLine({ outcome: 'upgraded' }),
      ],
    });

    const message = slackMessage(notice, 'updater');

    const title = '`registry.acme.io/shop/web:2.1.0`: 1 of 2 services upgraded, 1 failed';
    expect(message).toEqual({
      username: 'updater',
      text: title,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'web:2.1.0', emoji: false } },
        {
          type: 'section',
          text: { type: 'plain_text', text: '1 of 2 services upgraded, 1 failed', emoji: false },
        },
        {
          type: 'context',
          elements: [
            {
              type: 'plain_text',
              text: 'registry.acme.io/shop/web:2.1.0 · upgrade u1 · 2026-03-02T12:00:00.000Z',
              emoji: false,
            },
          ],
        },
      ],
      attachments: [
        {
          color: 'danger',
          fallback: title,
          text:
            '<https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7|production / shop / api> *failed* `web:2.0.4` → `web:2.1.0`: not healthy within 30 s\n' +
            '<https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7|production / shop / web> *upgraded* `web:2.0.4` → `web:2.1.0`',
          mrkdwn_in: ['text'],
        },
      ],
    });
  });

  it.each([
    ['info', 'good'],
    ['warning', 'warning'],
    ['danger', 'danger'],
  ] as const)('shows what is %s in the colour that Slack calls %s', (tone, color) => {
    expect(slackMessage(aNotice({ tone }), 'updater').attachments).toMatchObject([{ color }]);
  });

  it.each<[string, NoticeLine, string]>([
    ['an environment', anUnreadLine(), 'staging *could not be read*: HTTP 502'],
    [
      'nothing by name',
      anUnreadLine({ environment: '', outcome: 'no environment could be read' }),
      '*no environment could be read*: HTTP 502',
    ],
    ['a whole upgrade', anUpgradeLine(), '*failed* `web:9.0.0`: 1 of 1 services failed'],
  ])('has lines that are about %s', (_, line, text) => {
    const message = slackMessage(aNotice({ lines: [line] }), 'updater');

    expect(message.attachments[0]?.text).toBe(text);
  });

  it.each([
    [20, 20, null],
    [21, 20, 'and 1 more'],
    [2500, 20, 'and 2480 more'],
  ])('of %i lines shows %i, then %p', (lines, shown, last) => {
    const notice = aNotice({ lines: Array.from({ length: lines }, () => aLine()) });

    const texts = linesOf(slackMessage(notice, 'updater'));

    expect(texts.filter((text) => text.startsWith('<http'))).toHaveLength(shown);
    expect(texts.slice(shown)).toEqual(last === null ? [] : [last]);
  });

  it('shows every one of 20 services, each with the beginning of its long reason', () => {
    const lines = Array.from({ length: 20 }, () => aLine({ outcome: 'failed', reason: 'x'.repeat(5000) }));

    const texts = linesOf(slackMessage(aNotice({ lines }), 'updater'));

    expect(texts).toHaveLength(20);
    for (const text of texts) expect(text).toMatch(/[^x]x{299}…$/);
  });

  it('parts long messages, cuts them off and counts what is left out', () => {
    const lines = Array.from({ length: 20 }, () =>
      aLine({ link: `https://h/${'x'.repeat(500)}`, to: 'y'.repeat(500) }),
    );

    const message = slackMessage(aNotice({ lines }), 'updater');

    const shown = linesOf(message).length - 1;
    expect(shown).toBeGreaterThan(10);
    expect(linesOf(message).at(-1)).toBe(`and ${20 - shown} more`);
    expect(message.attachments.length).toBeGreaterThan(1);
  });

  it.each([
    [
      'Slack marks',
      'a & b <!channel> <https://evil|x>',
      'a &amp; b &lt;!channel&gt; &lt;https:\u200b//evil|x&gt;',
    ],
    ['line breaks and invisible signs', 'a\r\n\tb\u202ec\u0000', 'a b c'],
    ['half a sign', 'a\ud83db', 'a b'],
    ['calls to all', '@channel, (@all) a@b', '@\u200bchannel, (@\u200ball) a@b'],
    ['links and images of Markdown', '![x](https://evil)', '![x]\u200b(https:\u200b//evil)'],
    ['code', '```x`', "'''x'"],
    ['styles', '*a* **b** _c_ __d__ ~e~ (_f_)', '∗a∗ ∗∗b∗∗ ＿c＿ ＿＿d＿＿ ∼e∼ (＿f＿)'],
    [
      'addresses',
      'see https://evil.example/x, evil.example/y or me@evil.example',
      'see https:\u200b//evil.\u200bexample/x, evil.\u200bexample/y or me@evil.\u200bexample',
    ],
    ['names of channels', '#general (#random) ~town-square', '#\u200bgeneral (#\u200brandom) ∼town-square'],
    ['emoji', ':tada: a:b:c', ':\u200btada: a:\u200bb:c'],
    ['quotes', '> x', '\u200b&gt; x'],
    ['lists', '- x', '\u200b- x'],
    ['numbered lists', '1. x', '\u200b1. x'],
  ])('disarms %s', (_, foreign, text) => {
    const notice = aNotice({ summary: foreign, lines: [aLine({ link: null, reason: foreign })] });

    const message = slackMessage(notice, 'updater');

    expect(message.text).toBe(`\`registry.acme.io/shop/web:2.1.0\`: ${text}`);
    expect(linesOf(message)[0]?.endsWith(`: ${text}`)).toBe(true);
  });

  it.each([
    'no_such_tag in snake_case_words',
    'autoupdate.policy is 1.2.3 at 2026-03-02T12:00:00.000Z',
    'acme/web:2.1.0@sha256:0a1b',
  ])('leaves "%s" as it is', (text) => {
    expect(slackMessage(aNotice({ image: null, summary: text }), 'updater').text).toBe(text);
  });

  it.each([
    ['the caller', { caller: MARKUP }],
    ['the summary', { summary: MARKUP }],
    ['the image', { image: MARKUP }],
    ['the upgrade', { upgradeId: MARKUP }],
  ])('shows %s in blocks that know no markup, each sign as it is', (_, facts) => {
    const { blocks } = slackMessage(aNotice(facts), 'updater');

    const objects = blocks.flatMap((block) => (block.type === 'context' ? block.elements : [block.text]));
    expect(new Set(objects.map(({ type }) => type))).toEqual(new Set(['plain_text']));
    expect(textsOf(blocks).join('\n')).toContain(MARKUP);
  });

  it('says who asked for it, where that is known', () => {
    const { blocks } = slackMessage(aNotice({ caller: 'alice <@U1>' }), 'updater');

    expect(textsOf(blocks).at(-1)).toContain(' · asked for by alice &lt;@U1&gt; · ');
  });

  it('lets foreign text in a line end or begin no style, code or link', () => {
    const marks = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      ' ',
      'a',
      '#',
      '@',
      ':',
      '/',
      '://',
      'https://evil.example',
      '.b',
      '>',
      '[x](y)',
    );
    const text = fc.array(marks, { maxLength: 20 }).map((parts) => parts.join(''));

    fc.assert(
      fc.property(anyNoticeLine(text, fc.constant(null)), text, (line, summary) => {
        const message = slackMessage(aNotice({ image: null, summary, lines: [line] }), 'updater');
        const [said = ''] = linesOf(message);
        const spans = said.match(/`[^`]*`/g) ?? [];
        expect(said.split('`')).toHaveLength(1 + 2 * spans.length);
        expect(spans.length).toBeLessThanOrEqual(2);
        const outside = said.replace(/`[^`]*`/g, '');
        expect(outside.split('*')).toHaveLength(3);
        for (const one of [outside.replaceAll('*', ' '), message.text]) expect(one).not.toMatch(ACTIVE);
        expect(said).not.toContain('://');
      }),
    );
  });

  it.each([
    ['digest', 'What has happened meanwhile'],
    ['sample', 'A sample'],
  ] as const)('has a header of its own for a %s, which is of no image', (kind, header) => {
    const message = slackMessage(aNotice({ kind, image: null, summary: '3 notices' }), 'updater');

    expect(message.text).toBe('3 notices');
    expect(textsOf(message.blocks).slice(0, 2)).toEqual([header, '3 notices']);
  });

  it('counts what was left out before, too', () => {
    const lines = Array.from({ length: 25 }, () => aLine());

    expect(linesOf(slackMessage(aNotice({ lines, more: 100 }), 'updater')).at(-1)).toBe('and 105 more');
  });

  it('does not let the words of a link end it', () => {
    const line = aLine({ service: 'a|b>c<', link: 'https://rancher.acme.io/' });

    const message = slackMessage(aNotice({ lines: [line] }), 'updater');

    expect(linesOf(message)[0]).toContain('<https://rancher.acme.io/|production / shop / a¦b&gt;c&lt;> *');
  });

  it.each([
    ['https://h/a|b>c<d(e)', 'https://h/a%7Cb%3Ec%3Cd%28e%29'],
    ['https://h/?a=1&b=|', 'https://h/?a=1&amp;b=%7C'],
    ['http://h/#x|y>', 'http://h/#x%7Cy%3E'],
  ])('does not let the address %s end its link', (link, target) => {
    const message = slackMessage(aNotice({ lines: [aLine({ link })] }), 'updater');

    expect(linesOf(message)[0]).toContain(`<${target}|production / shop / web> *`);
  });

  it.each([
    ['javascript:alert(1)'],
    ['ftp://h/'],
    ['/env/1a5'],
    [''],
    [null],
    [`https://h/${'x'.repeat(600)}`],
  ])('makes no link of %p', (link) => {
    const message = slackMessage(aNotice({ lines: [aLine({ link })] }), 'updater');

    expect(linesOf(message)[0]).toMatch(/^production \/ shop \/ web \*/);
  });

  it('cuts long names, images and bot names', () => {
    const line = aLine({ service: 'x'.repeat(500), from: `web:${'y'.repeat(500)}` });

    const message = slackMessage(aNotice({ lines: [line] }), 'z'.repeat(500));

    expect(message.username).toHaveLength(80);
    expect(message.attachments[0]?.text).toContain(`${'x'.repeat(119)}…>`);
    expect(message.attachments[0]?.text).toContain('y…` → `web:2.1.0`');
  });

  it('stays within the limits and writes only its own links, whatever it is told', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('<', '>', '|', '&', '`', '\n', '](', '<!all>', '@here').map((one) => one.repeat(400)),
    );
    const optional = fc.option(text);
    const link = fc.oneof(
      optional,
      text.map((path) => `https://h/${path}`),
    );
    const tone = fc.constantFrom(...TONES);
    const line = anyNoticeLine(text, link);
    const notice = fc.record<Notice>({
      id: text,
      at: text,
      kind: fc.constantFrom('upgrade', 'digest', 'sample'),
      upgradeId: optional,
      image: optional,
      caller: optional,
      requestId: optional,
      more: fc.nat(),
      digest: fc.constant(null),
      status: fc.constant('failed'),
      tone,
      summary: text,
      lines: fc.array(line, { maxLength: 30 }),
    });

    fc.assert(
      fc.property(notice, text, (told, bot) => {
        const { text: title, attachments, blocks } = slackMessage(told, bot);
        expect(blocks).toHaveLength(3);
        expect(Math.max(...textsOf(blocks).map((one) => one.length))).toBeLessThanOrEqual(1500);
        expect(Math.min(...textsOf(blocks).map((one) => one.length))).toBeGreaterThan(0);
        expect(textsOf(blocks)[0]?.length).toBeLessThanOrEqual(150);
        expect(textsOf(blocks).join('')).not.toMatch(/[<>\n]/);
        const texts = attachments.map((one) => one.text);
        expect([title, ...texts].join('').length).toBeLessThanOrEqual(14_000);
        expect(Math.max(0, ...texts.map((one) => one.length))).toBeLessThanOrEqual(3000);
        expect(title).not.toMatch(/[<>\n]/);
        for (const one of texts.flatMap((all) => all.split('\n'))) {
          expect(one.replace(/^<https?:[^<>|\s]+\|[^<>|]+>/, '')).not.toMatch(/[<>]/);
        }
      }),
    );
  });
});

function linesOf(message: SlackMessage): readonly string[] {
  return message.attachments.flatMap((attachment) => attachment.text.split('\n'));
}

function textsOf(blocks: SlackMessage['blocks']): readonly string[] {
  return blocks.flatMap((block) =>
    block.type === 'context' ? block.elements.map(({ text }) => text) : [block.text.text],
  );
}
