import { describe, expect, it } from '@jest/globals';
import { aChannel } from '../../test/fakes/channels.js';
import { HandClock, idle } from '../../test/fakes/hand-clock.js';
import { aNotice } from '../../test/fakes/records.js';
import { UpdaterError } from '../common/errors.js';
import { createLog } from '../common/log.js';
import type { Notice } from '../domain/notice.js';
import type { Channel } from './channel.js';
import { Notifier } from './notifier.js';
import { NotifyService, type Delivery } from './notify.service.js';

/** Notes what it is given, and says what it is told to. */
class Memo extends Notifier {
  readonly delivered: (readonly [string, Notice])[] = [];
  answer = (_channel: Channel): Promise<string> => Promise.resolve('taken');

  constructor(override readonly kind: string) {
    super();
  }

  override deliver(channel: Channel, notice: Notice): Promise<string> {
    this.delivered.push([channel.name, notice]);
    return this.answer(channel);
  }
}

function rig() {
  const clock = new HandClock();
  const [slack, teams] = [new Memo('slack'), new Memo('teams')];
  const channels = [
    aChannel({ name: 'ops' }),
    aChannel({ name: 'dev' }),
    aChannel({ name: 'boss', kind: 'teams' }),
  ];
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
  const log = createLog({ level: 'info', format: 'json', secrets: [], destination });
  const notify = new NotifyService([slack, teams], channels, clock, log);
  const deliveries: Delivery[] = [];
  notify.deliveries$.subscribe((delivery) => deliveries.push(delivery));
  return { clock, slack, teams, channels, notify, deliveries, logged };
}

describe(NotifyService.name, () => {
  it('knows every channel, several of one kind too', () => {
    const { notify, channels } = rig();

    expect(notify.channels()).toEqual(channels);
  });

  it('delivers to the channel by the notifier of its kind', async () => {
    const { notify, slack, teams } = rig();
    const notice = aNotice();

    expect(await notify.deliver('dev', notice)).toBe('taken');
    await notify.deliver('boss', notice);

    expect(slack.delivered).toEqual([['dev', notice]]);
    expect(teams.delivered).toEqual([['boss', notice]]);
  });

  it('fails for good on a channel that is not configured', async () => {
    const { notify } = rig();

    await expect(notify.deliver('gone', aNotice())).rejects.toMatchObject({
      code: 'notify.failed',
      message: 'no channel "gone" is configured',
      details: { permanent: true },
    });
  });

  it('tells who watches what is reported, with the kind of the channel', () => {
    const { notify, deliveries } = rig();

    notify.report({ channel: 'boss', notices: { deferred: 1, given_up: 2 }, ms: 40 });
    notify.report({ channel: 'gone', notices: { given_up: 7 }, ms: null });

    expect(deliveries).toEqual([
      { channel: 'boss', kind: 'teams', notices: { deferred: 1, given_up: 2 }, ms: 40 },
      { channel: 'gone', kind: null, notices: { given_up: 7 }, ms: null },
    ]);
  });

  it('sends every channel a sample, answers what each said, and logs which failed', async () => {
    const { notify, slack, teams, deliveries, logged } = rig();
    slack.answer = ({ name }) =>
      name === 'dev'
        ? Promise.reject(new UpdaterError('notify.failed', 'Slack refused the message with 404', {}))
        : Promise.resolve('Slack answered 200');

    const said = await notify.test();

    expect(said).toEqual([
      { name: 'ops', kind: 'slack', ok: true, message: 'Slack answered 200' },
      { name: 'dev', kind: 'slack', ok: false, message: 'Slack refused the message with 404' },
      { name: 'boss', kind: 'teams', ok: true, message: 'taken' },
    ]);
    expect(logged).toMatchObject([
      {
        level: 'warn',
        message: 'sample not delivered',
        channel: 'dev',
        code: 'notify.failed',
        reason: 'Slack refused the message with 404',
      },
    ]);
    expect(teams.delivered).toMatchObject([['boss', { kind: 'sample', tone: 'info', lines: [] }]]);
    expect(deliveries).toEqual([]);
  });

  it('sends samples to all at the same time, and once for all who ask meanwhile', async () => {
    const { notify, slack, teams, clock } = rig();
    slack.answer = async () => {
      await clock.sleep(10_000);
      return 'late';
    };

    const [first, second] = [notify.test(), notify.test()];
    await idle();
    const begun = [slack.delivered.length, teams.delivered.length];
    await clock.advance(10_000);

    expect(begun).toEqual([2, 1]);
    expect(await second).toEqual(await first);
    await Promise.all([notify.test(), clock.advance(10_000)]);
    expect(teams.delivered).toHaveLength(2);
  });

  it('calls a bug a bug', async () => {
    const { notify, teams } = rig();
    teams.answer = () => Promise.reject(new TypeError('x is not a function'));

    await expect(notify.test()).rejects.toThrow(TypeError);
  });
});
