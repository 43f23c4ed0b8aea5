import { describe, expect, it } from '@jest/globals';
import { aChannel, patterns } from '../../../test/fakes/channels.js';
import { aLine, anUnreadLine, anUpgrade, NOON } from '../../../test/fakes/records.js';
import type { Caller } from '../../domain/caller.js';
import type { NoticeLine } from '../../domain/notice.js';
import type { Channel } from '../../notify/channel.js';
import { addressed } from './addressing.js';
import type { Story, StoryLine } from './notices.js';

const BAD = aLine({ id: 'bad', environment: 'production', tone: 'danger' });
const OPEN = aLine({ id: 'open', environment: 'staging', tone: 'warning' });
const GOOD = aLine({ id: 'good', environment: 'staging', tone: 'info' });
const UNLISTED = anUnreadLine({ environment: '' });

function storyOf(lines: readonly StoryLine[], counted = lines): Story {
  return { upgrade: anUpgrade(), lines, counted, summary: (all) => `${all.length} counted` };
}

function idOf(line: NoticeLine): string | null {
  return 'id' in line ? line.id : null;
}

/** "production: danger, 1 counted, bad" */
function told(story: Story, channels: readonly Channel[]): readonly string[] {
  let made = 0;
  return addressed(story, channels, NOON, () => `n${++made}`).map(
    ({ channel, notice: { tone, summary, lines } }) =>
      `${channel}: ${tone}, ${summary}, ${lines.map(idOf).join(' ')}`,
  );
}

describe(addressed.name, () => {
  it('gives each channel one notice of its own environments, with their tone and their sum', () => {
    const channels = [
      aChannel({ name: 'prod', environments: patterns('^production$') }),
      aChannel({ name: 'rest', environments: patterns('^stag, ^test') }),
      aChannel({ name: 'all' }),
    ];

    expect(told(storyOf([BAD, OPEN, GOOD]), channels)).toEqual([
      'prod: danger, 1 counted, bad',
      'rest: warning, 2 counted, open good',
      'all: danger, 3 counted, bad open good',
    ]);
  });

  it.each<[Caller | null, string | null, string | null]>([
    [{ name: 'alice', address: '10.0.0.7' }, 'alice', 'alice'],
    [{ name: null, address: '10.0.0.7' }, null, '10.0.0.7'],
    [null, null, null],
  ])('says of %j, who asked for the upgrade, the name alone: %s; the log %s', (caller, name, callerWord) => {
    const story = { ...storyOf([BAD]), upgrade: anUpgrade({ caller }) };

    const [first] = addressed(story, [aChannel()], NOON, () => 'n1');

    expect(first?.notice).toMatchObject({ caller: name, callerWord, requestId: 'request-1' });
  });

  it('gives each its own id', () => {
    const channels = [aChannel({ name: 'a' }), aChannel({ name: 'b' })];
    const ids = ['n1', 'n2'];

    const notices = addressed(storyOf([BAD]), channels, NOON, () => ids.shift() ?? '');

    expect(notices.map(({ notice }) => notice.id)).toEqual(['n1', 'n2']);
  });

  it('tells no channel of which there is no line', () => {
    const channels = [aChannel({ environments: patterns('^production$') })];

    expect(told(storyOf([OPEN, GOOD]), channels)).toEqual([]);
  });

  it.each<[Channel['tone'], readonly string[]]>([
    ['info', ['danger', 'warning', 'info']],
    ['warning', ['danger', 'warning']],
    ['danger', ['danger']],
  ])('tells a channel whose mildest tone is %s of %j', (tone, tones) => {
    const heard = [BAD, OPEN, GOOD].filter((line) => told(storyOf([line]), [aChannel({ tone })]).length > 0);

    expect(heard.map((line) => line.tone)).toEqual(tones);
  });

  it('judges the tone by what the channel is told of, not by the rest', () => {
    const channels = [aChannel({ tone: 'danger', environments: patterns('staging') })];

    expect(told(storyOf([BAD, OPEN]), channels)).toEqual([]);
  });

  it('tells every channel what is about no environment', () => {
    const channels = [aChannel({ environments: patterns('^production$') })];

    expect(told(storyOf([UNLISTED]), channels)).toHaveLength(1);
  });

  it('sums up only what the channel has to do with, also where fewer lines are told', () => {
    const channels = [aChannel({ environments: patterns('^production$') })];

    expect(told(storyOf([BAD], [BAD, OPEN, GOOD]), channels)).toEqual(['slack: danger, 1 counted, bad']);
  });

  it.each([
    ['nothing', null, ['a', 'b']],
    ['no channel', [], []],
    ['one', ['b'], ['b']],
    ['both', ['b', 'a'], ['a', 'b']],
    ['one, and one that is none', ['b', 'gone'], ['b']],
    ['only what is no channel, as if it said nothing', ['gone'], ['a', 'b']],
  ])('heeds a label that names %s', (_, notify, names) => {
    const channels = [aChannel({ name: 'a' }), aChannel({ name: 'b' })];

    const heard = addressed(storyOf([{ ...GOOD, notify }]), channels, NOON, () => 'n1');

    expect(heard.map(({ channel }) => channel)).toEqual(names);
  });

  it('keeps the worst hundred lines of thousands, and counts the others', () => {
    const lines = [BAD, ...Array.from({ length: 2499 }, () => GOOD)];

    const [one] = addressed(storyOf(lines), [aChannel()], NOON, () => 'n1');

    expect(one?.notice.lines).toHaveLength(100);
    expect(one?.notice.lines[0]).toEqual(BAD);
    expect(one?.notice).toMatchObject({ more: 2400, summary: '2500 counted' });
  });
});
