import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { guardConnections, MOST_PIPELINED } from './connections.js';

const STALL_MS = 300;

/** More than the buffers of any machine take for a reader that does not read. */
const MUCH = 'x'.repeat(32 * 1024 * 1024);

describe(guardConnections.name, () => {
  let fastify: FastifyInstance;
  let asked: number;
  let caller: Socket;

  beforeEach(async () => {
    asked = 0;
    fastify = createFastify({ connectionTimeout: STALL_MS, forceCloseConnections: true });
    guardConnections(fastify);
    fastify.get('/much', async () => MUCH);
    fastify.get('/late', async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 3 * STALL_MS));
      return 'at last';
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    caller = connect(Number(new URL(fastify.listeningOrigin).port), '127.0.0.1');
  });

  afterEach(async () => {
    caller.destroy();
    await fastify.close();
  });

  function ask(path: string, times = 1): void {
    const request = `GET ${path} HTTP/1.1\r\nhost: x\r\n`;
    caller.write(`${`${request}\r\n`.repeat(times - 1)}${request}connection: close\r\n\r\n`);
  }

  it('cuts off who takes nothing of an answer', async () => {
    const [connection] = await Promise.all([connected(), once(caller.pause(), 'connect')]);
    const closed = once(connection, 'close');

    ask('/much');
    await closed;

    expect(connection.bytesWritten).toBeGreaterThan(0);
    expect(connection.writableFinished).toBe(false);
  });

  it('leaves alone who waits for an answer', async () => {
    const told = text(caller);
    ask('/late');

    expect(await told).toContain('at last');
  });

  it('answers some requests that come at once', async () => {
    const told = text(caller);
    ask('/late', MOST_PIPELINED);

    expect((await told).match(/at last/g)).toHaveLength(MOST_PIPELINED);
  });

  it('does nothing for a connection any more on which too many come at once', async () => {
    const told = text(caller);
    ask('/late', 200);

    expect(await told).toBe('');
    expect(asked).toBe(MOST_PIPELINED);
  });

  it('answers any number that come one after the other', async () => {
    const origin = fastify.listeningOrigin;
    for (let count = 0; count < 3 * MOST_PIPELINED; count += 1) {
      expect((await fetch(`${origin}/none`)).status).toBe(404);
    }
  });

  async function connected(): Promise<Socket> {
    const [socket] = await once(fastify.server, 'connection');
    return socket as Socket;
  }
});
