import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** Said, or else variables and options of Node could take it away. */
export const TLS = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** A proxy that did not make the connection. */
class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly code: string;

  constructor(status: number) {
    super(`the proxy answered ${status}`);
    this.code = `PROXY_${status}`;
  }
}

/** A way through a proxy, in which TLS is spoken with the receiver itself. For one request. */
export class Tunnel extends HttpsProxyAgent<string> {
  /**
   * Without this the proxy's own refusal would be taken for an answer of the receiver.
   *
   * @throws ProxyRefusal
   */
  override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
    let status = 0;
    request.once('proxyConnect', ({ statusCode = 0 }: IncomingMessage) => (status = statusCode));
    const socket = await super.connect(request, { ...options, ...TLS });
    if (status === 200) return socket;
    socket.destroy();
    throw new ProxyRefusal(status);
  }
}
