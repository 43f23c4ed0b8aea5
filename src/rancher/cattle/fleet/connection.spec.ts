import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../../test/fakes/hand-clock.js';
import { Connection } from './connection.js';

describe(Connection, () => {
  it('tells until it has been quiet for more than 5 s, and is live for two more', async () => {
    const clock = new HandClock();
    const connection = new Connection(clock);
    connection.opens();
    const states: (readonly boolean[])[] = [];

    for (const ms of [5000, 1, 1999, 1]) {
      await clock.advance(ms);
      states.push([connection.isTelling, connection.isLive]);
    }
    connection.speaks();
    states.push([connection.isTelling, connection.isLive]);

    expect(states).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [false, false],
      [true, true],
    ]);
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
    await clock.advance(3000);

    connection.closes();

    expect([connection.isLive, connection.silence.seconds]).toEqual([false, 3]);
  });
});
