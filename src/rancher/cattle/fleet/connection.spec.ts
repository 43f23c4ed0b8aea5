import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { Connection } from './connection.js';

describe(Connection, () => {
  it('is live until it has been quiet for more than 7 s', async () => {
    const clock = new HandClock();
    const connection = new Connection(clock);
    connection.opens();
    connection.speaks();
    const states: boolean[] = [];

    for (const ms of [7000, 1]) {
      await clock.advance(ms);
      states.push(connection.isLive);
    }
    connection.speaks();
    states.push(connection.isLive);

    expect(states).toEqual([true, false, true]);
  });

  describe('certain', () => {
    let clock: HandClock;
    let connection: Connection;
    let done: string[];

    beforeEach(() => {
      clock = new HandClock();
      connection = new Connection(clock);
      done = [];
    });

    function wait(name: string): void {
      void connection.certain().then(() => done.push(name));
    }

    it('waits for nothing where it has said something 5 s ago, or is not open', async () => {
      wait('never open');
      connection.opens();
      connection.speaks();
      await clock.advance(5000);
      wait('in time');
      connection.closes();
      await clock.advance(1);
      wait('closed');
      await idle();

      expect(done).toEqual(['never open', 'in time', 'closed']);
      expect(clock.asleep).toBe(0);
    });

    it.each<[string, (connection: Connection) => void]>([
      ['says something', (known) => known.speaks()],
      ['ends', (known) => known.closes()],
      ['begins anew', (known) => known.opens()],
    ])('waits with all who ask after a silence of more than 5 s until it %s', async (_, happens) => {
      connection.opens();
      connection.speaks();
      await clock.advance(5001);
      wait('one');
      await clock.advance(500);
      wait('two');
      await idle();
      const before = [...done];

      happens(connection);
      await idle();

      expect([before, done]).toEqual([[], ['one', 'two']]);
      expect(clock.asleep).toBe(0);
    });

    it('waits no longer than until it is not live', async () => {
      connection.opens();
      connection.speaks();
      await clock.advance(5001);
      wait('one');
      await clock.advance(1999);
      const before = [...done];
      await clock.advance(1);

      expect([before, done]).toEqual([[], ['one']]);
    });
  });

  it('does not take its beginning for a sign of life', async () => {
    const clock = new HandClock();
    const connection = new Connection(clock);
    connection.opens();
    connection.speaks();
    connection.closes();
    await clock.advance(3000);

    connection.opens();
    const opened = [connection.isLive, connection.silence.seconds];
    connection.speaks();

    expect([opened, connection.isLive]).toEqual([[false, 3], true]);
  });

  it('has another number each time, and none in between', () => {
    const connection = new Connection(new HandClock());
    const numbers = [connection.number];

    for (let times = 0; times < 2; times += 1) {
      connection.opens();
      numbers.push(connection.number);
      connection.closes();
      numbers.push(connection.number);
    }

    expect(numbers).toEqual([null, 1, null, 2, null]);
  });

  it('does not take its end for a sign of life', async () => {
    const clock = new HandClock();
    const connection = new Connection(clock);
    connection.opens();
    connection.speaks();
    await clock.advance(3000);

    connection.closes();

    expect([connection.isLive, connection.silence.seconds]).toEqual([false, 3]);
  });
});
