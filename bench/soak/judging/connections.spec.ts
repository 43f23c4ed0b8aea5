import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connectionsTo, socketsTo } from './connections.js';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7001 1 0 100 0 0 10 0
   1: 0100007F:A1B2 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 7002 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 7003 1 0 20 4 30 10 -1
   3: 0100007F:A1B4 0100007F:1F90 08 00000000:00000000 00:00000000 00000000     0        0 7004 1 0 20 4 30 10 -1
`;

describe(socketsTo, () => {
  it('takes those whose other end is the port, in any state, and no server', () => {
    expect(socketsTo(0x1f90, TABLE)).toEqual(['7002', '7004']);
  });
});

describe(connectionsTo, () => {
  it('counts those of a process as they come and go', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(open.map((socket) => once(socket, 'connect')));

    expect(connectionsTo(port, process.pid)).toBe(2);
    for (const socket of open) socket.destroy();
    await Promise.all(open.map((socket) => once(socket, 'close')));
    expect(connectionsTo(port, process.pid)).toBe(0);

    server.close();
  });
});
