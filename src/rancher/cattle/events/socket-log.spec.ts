import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '../../../common/log.js';
import { SocketLog } from './socket-log.js';

const AGAIN = { pauseMs: 1000, isHopeless: false };
const HOPELESS = { pauseMs: 300_000, isHopeless: true };

describe(SocketLog, () => {
  let logged: Record<string, unknown>[];
  let log: SocketLog;

  beforeEach(() => {
    logged = [];
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    log = new SocketLog(createLog({ level: 'debug', format: 'json', secrets: [], destination }), {
      id: '1a5',
      name: 'dev',
    });
  });

  function lines(): readonly string[] {
    return logged.map(({ level, message }) => `${String(level)}: ${String(message)}`);
  }

  it('has nothing to say of a connection that works', () => {
    log.alive();
    log.alive();

    expect(logged).toEqual([]);
  });

  it('says once that a connection was lost and once that there is one again', () => {
    log.alive();
    log.failed('no frame for 11 s', AGAIN, true);
    log.failed('connection refused', AGAIN, false);
    log.failed('connection refused', AGAIN, false);
    log.failed('connection lost', AGAIN, true);
    log.alive();
    log.alive();

    expect(lines()).toEqual([
      'info: events of environment dev are interrupted: no frame for 11 s',
      'debug: no events of environment dev: connection refused',
      'debug: no events of environment dev: connection lost',
      'info: events of environment dev come again',
    ]);
    expect(logged[0]).toMatchObject({ environment: 'dev', environment_id: '1a5' });
  });

  it('says every interruption of a connection that has worked since', () => {
    for (let count = 0; count < 2; count += 1) {
      log.failed('connection lost', AGAIN, true);
      log.alive();
    }

    expect(lines()).toEqual([
      'info: events of environment dev are interrupted: connection lost',
      'info: events of environment dev come again',
      'info: events of environment dev are interrupted: connection lost',
      'info: events of environment dev come again',
    ]);
  });

  it('leaves it to others to say that Rancher cannot be reached or refuses the key', () => {
    log.failed('a websocket is answered with 401', { pauseMs: 60_000, isHopeless: false }, false);
    log.failed('connection refused', AGAIN, false);
    log.alive();

    expect(lines()).toEqual([
      'debug: no events of environment dev: a websocket is answered with 401',
      'debug: no events of environment dev: connection refused',
    ]);
  });

  it('warns once of what does not speak websocket, with what it means, until it does', () => {
    log.failed('a websocket is answered with 400', HOPELESS, false);
    log.failed('a websocket is answered with 400', HOPELESS, false);
    log.failed('a websocket is answered with 501', HOPELESS, false);
    log.failed('connection lost', AGAIN, true);
    log.failed('a websocket is answered with 400', HOPELESS, false);
    log.alive();
    log.failed('a websocket is answered with 400', HOPELESS, false);

    const warning =
      'warn: no events of environment dev: a websocket is answered with 400. Rancher, or a proxy before it, seems not to ' +
      'speak websocket: the updater polls instead, and tries again every few minutes';
    expect(lines().filter((line) => !line.startsWith('debug'))).toEqual([
      warning,
      'info: events of environment dev come again',
      warning,
    ]);
  });

  it('warns once, at the sixth attempt in a row that makes no connection, with the answer', () => {
    const unwell = 'a websocket is answered with 503';
    for (let count = 1; count <= 5; count += 1) log.failed(unwell, AGAIN, false);
    const before = logged.filter(({ level }) => level === 'warn');
    for (let count = 6; count <= 9; count += 1) log.failed(unwell, AGAIN, false);
    log.failed(unwell, HOPELESS, false);
    log.alive();

    expect(before).toEqual([]);
    expect(lines()).toEqual([
      `debug: no events of environment dev: ${unwell}`,
      `warn: no events of environment dev, after 6 attempts in a row: ${unwell}. The updater polls instead, and goes on trying`,
      'info: events of environment dev come again',
    ]);
  });

  it('warns of those that follow a lost connection too, and again of what comes after it was well', () => {
    for (let count = 0; count < 2; count += 1) {
      log.failed('connection lost', AGAIN, true);
      for (let attempt = 1; attempt <= 7; attempt += 1) log.failed('connection refused', AGAIN, false);
      log.alive();
    }

    const levels = ['info', 'debug', 'warn', 'info'];
    expect(logged.map(({ level }) => level)).toEqual([...levels, ...levels]);
  });

  it('counts attempts in a row alone: a connection of which something is heard, however short, begins anew', () => {
    for (let count = 1; count <= 5; count += 1) log.failed('connection refused', AGAIN, false);
    log.alive();
    log.failed('connection lost', AGAIN, true);
    for (let count = 1; count <= 5; count += 1) log.failed('connection refused', AGAIN, false);

    expect(logged.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('warns once of connections that are made one after the other, and of which nothing is heard', () => {
    for (let count = 1; count <= 9; count += 1) log.failed('no frame for 11 s', AGAIN, true);
    log.alive();

    expect(lines()).toEqual([
      'info: events of environment dev are interrupted: no frame for 11 s',
      'warn: no events of environment dev, after 6 attempts in a row: no frame for 11 s. A connection is made, but nothing ' +
        'comes over it: a proxy may hold back what it should pass on. The updater polls instead, and goes on trying',
      'info: events of environment dev come again',
    ]);
  });

  it('warns anew where it turns out that there is no websocket at all', () => {
    for (let count = 1; count <= 6; count += 1) log.failed('connection refused', AGAIN, false);
    log.failed('a websocket is answered with 400', HOPELESS, false);

    const warnings = lines().filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([
      expect.stringContaining('after 6 attempts in a row: connection refused'),
      expect.stringContaining(
        'answered with 400. Rancher, or a proxy before it, seems not to speak websocket',
      ),
    ]);
  });

  it('warns of it also where a connection was lost just before', () => {
    log.failed('connection lost', AGAIN, true);
    log.failed('a websocket is answered with 502', HOPELESS, false);
    log.alive();

    expect(logged.map(({ level }) => level)).toEqual(['info', 'warn', 'info']);
  });
});
