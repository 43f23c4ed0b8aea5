import { describe, expect, it } from '@jest/globals';
import { aNotice } from '../../test/fakes/records.js';
import type { Notice } from '../domain/upgrade.js';
import { Notifier } from './notifier.js';
import { NotifyService } from './notify.service.js';

class Memo extends Notifier {
  readonly delivered: Notice[] = [];

  constructor(
    override readonly name: string,
    override readonly enabled: boolean,
  ) {
    super();
  }

  override async deliver(notice: Notice): Promise<void> {
    this.delivered.push(notice);
  }
}

describe(NotifyService.name, () => {
  it('has a channel for every notifier that is switched on', () => {
    const notify = new NotifyService([new Memo('a', true), new Memo('b', false), new Memo('c', true)]);

    expect(notify.channels()).toEqual(['a', 'c']);
  });

  it('delivers to the notifier of the channel alone', async () => {
    const [a, b] = [new Memo('a', true), new Memo('b', true)];
    const notice = aNotice();

    await new NotifyService([a, b]).deliver('b', notice);

    expect([a.delivered, b.delivered]).toEqual([[], [notice]]);
  });

  it.each(['off', 'unknown'])('fails for good on the channel "%s"', async (channel) => {
    const notify = new NotifyService([new Memo('off', false)]);

    await expect(notify.deliver(channel, aNotice())).rejects.toMatchObject({
      code: 'notify.failed',
      message: `no notifier "${channel}" is switched on`,
      details: { permanent: true },
    });
  });
});
