import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../tools/until.js';
import { Receiver } from './receiver.js';

interface Channel {
  readonly url: string;
  readonly secret: string;
}

interface Posting {
  readonly secret?: string;
  /** Of the signature. */
  readonly ageS?: number;
  readonly signal?: AbortSignal;
}

function secretOf({ channel }: Receiver): string {
  return (channel as Channel).secret;
}

describe(Receiver, () => {
  let receiver: Receiver;

  beforeEach(() => start(false));
  afterEach(() => receiver.stop());

  async function start(isRefusing: boolean): Promise<void> {
    receiver = new Receiver({ name: 'desk', isRefusing });
    await receiver.start();
  }

  /** Answers the status; null: no whole answer came. */
  async function post(upgrade: string, { secret = secretOf(receiver), ageS = 0, signal }: Posting = {}) {
    const body = JSON.stringify({ upgrade });
    const t = Math.floor(Date.now() / 1000) - ageS;
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    const headers = { 'x-updater-delivery': upgrade, 'x-updater-signature': `t=${t},v1=${v1}` };
    const { url } = receiver.channel as Channel;
    const init = { method: 'POST', body, headers, ...(signal && { signal }) };
    try {
      const response = await fetch(url, init);
      await response.text();
      return response.status;
    } catch {
      return null;
    }
  }

  function taken(): readonly string[] {
    return receiver.told.taken.map(({ delivery }) => delivery);
  }

  it('takes what is posted to it, and knows whether it is signed, and lately', async () => {
    expect(await post('a')).toBe(200);
    await post('b', { secret: 'another secret of somebody' });
    await post('c', { ageS: 301 });

    expect(receiver.told).toMatchObject({
      name: 'desk',
      failed: 0,
      taken: [
        { delivery: 'a', isGenuine: true, body: '{"upgrade":"a"}' },
        { delivery: 'b', isGenuine: false },
        { delivery: 'c', isGenuine: false },
      ],
    });
  });

  it.each([
    [{ kind: 'unavailable' }, 503, []],
    [{ kind: 'unavailable', takes: true }, 503, ['a']],
    [{ kind: 'busy' }, 429, []],
    [{ kind: 'hang' }, null, []],
    [{ kind: 'hang', takes: true }, null, ['a']],
    [{ kind: 'slow', takes: true }, 200, ['a']],
    [{ kind: 'cut' }, null, []],
    [{ kind: 'cut', takes: true }, null, ['a']],
    [{ kind: 'half', takes: true }, null, ['a']],
  ] as const)('goes wrong as it is told: %j', async (fault, status, all) => {
    await receiver.break(fault);

    const patience = new AbortController();
    const answer = post('a', { signal: patience.signal });
    const hasFailed = () => receiver.told.failed === 1;
    await until('it has gone wrong', 20, 5, patience.signal, hasFailed);
    if (fault.kind === 'hang') patience.abort();

    expect(await answer).toBe(status);
    expect(taken()).toEqual(all);

    await receiver.mend();

    expect(await post('b')).toBe(200);
    expect(taken()).toEqual([...all, 'b']);
  });

  it('refuses connections, and is at the same address afterwards', async () => {
    const { channel } = receiver;
    await receiver.break({ kind: 'refuse' });

    expect(await post('a')).toBeNull();

    await receiver.mend();

    expect(receiver.channel).toEqual(channel);
    expect(await post('a')).toBe(200);
    expect(taken()).toEqual(['a']);
  });

  it('refuses for good what is of every second upgrade, where it is to lose some', async () => {
    await receiver.stop();
    await start(true);
    const statuses = [];
    for (const upgrade of ['a', 'b', 'a', 'c', 'b']) statuses.push(await post(upgrade));

    expect(statuses).toEqual([410, 200, 410, 410, 200]);
    expect(taken()).toEqual(['b', 'b']);
  });
});
