import { Agent as HttpsAgent } from 'node:https';
import { Injectable } from '@nestjs/common';
import type { AxiosRequestConfig } from 'axios';
import { isDirect } from './no-proxy.js';
import { type Proxy, ProxySettings } from './proxy.settings.js';
import { TLS, Tunnel } from './tunnel.js';

/** The way to a receiver. */
export interface Route {
  readonly isProxied: boolean;
  /** What the HTTP client has to know to take it. */
  readonly config: Pick<AxiosRequestConfig, 'proxy' | 'httpsAgent'>;
}

/** Chooses the way to a receiver: straight, or through the proxy that the settings name. */
@Injectable()
export class NotifyRoute {
  constructor(private readonly settings: ProxySettings) {}

  /** @param ended ends what the way itself has opened, once the request has ended in whatever way */
  to(address: string, ended: AbortSignal): Route {
    const url = new URL(address);
    const proxy = this.settings.for(url.protocol);
    if (proxy === null || isDirect(url, this.settings.NO_PROXY ?? '')) {
      return { isProxied: false, config: { proxy: false, httpsAgent: new HttpsAgent(TLS) } };
    }
    const isTunnel = url.protocol === 'https:';
    const tunnel = { proxy: false, httpsAgent: tunnelThrough(proxy, ended) } as const;
    return { isProxied: true, config: isTunnel ? tunnel : { proxy: forwarding(proxy) } };
  }
}

/**
 * The credentials are not in the address that the library gets: it writes that to standard error where DEBUG asks for it.
 */
function tunnelThrough({ origin, login }: Proxy, signal: AbortSignal): Tunnel {
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString('base64');
  const headers = basic === null ? {} : { 'proxy-authorization': `Basic ${basic}` };
  return new Tunnel(origin, { ...TLS, headers, signal });
}

function forwarding({ protocol, host, port, login }: Proxy): NonNullable<AxiosRequestConfig['proxy']> {
  const auth = login && { username: login.user, password: login.password };
  return { protocol, host, port, ...(auth && { auth }) };
}
