import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const CHANNEL = 'net.client.socket';

/** Every connection that this process opens, by whatever library, from now on. */
export class Outgoing {
  private readonly sockets = new Map<Socket, { peer: string | null }>();

  static watch(): Outgoing {
    const outgoing = new Outgoing();
    subscribe(CHANNEL, outgoing.heard);
    return outgoing;
  }

  /** Where they went, as `host:port`: the name that was looked up, or else the address. */
  get peers(): readonly string[] {
    return [...new Set([...this.sockets.values()].flatMap(({ peer }) => peer ?? []))];
  }

  stop(): void {
    unsubscribe(CHANNEL, this.heard);
  }

  private readonly heard = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    const seen: { peer: string | null } = { peer: null };
    this.sockets.set(socket, seen);
    socket.once('lookup', (_, address: string, __, host: string) => (seen.peer ??= `${host} (${address})`));
    socket.once('connectionAttempt', (address: string, port: number) => (seen.peer = `${address}:${port}`));
  };
}
