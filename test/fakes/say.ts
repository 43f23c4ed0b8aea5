import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends these bytes as they are to a port of the loopback, and answers all that comes back until the connection is closed. */
export function say(port: number, bytes: string, host = '127.0.0.1'): Promise<string> {
  const caller = connect(port, host);
  caller.write(bytes, 'latin1');
  return text(caller);
}
