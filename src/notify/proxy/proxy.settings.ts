import { Text } from '../../config/decorators.js';
import type { Doubting, HoldingSecrets, SelfChecking, SettingsProblem } from '../../config/settings.js';
import { idleIn } from './no-proxy.js';

const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY'] as const;
const ALLOWED = 'must be the address of a proxy such as http://proxy:3128';

export interface Proxy {
  /** Its address, without what is secret in it. */
  readonly origin: string;
  /** `http:` or `https:` */
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** Through what notices go: the variables by which other programs know a proxy too. Rancher is never asked through one. */
export class ProxySettings implements SelfChecking, HoldingSecrets, Doubting {
  static readonly secrets = [...VARIABLES];
  static readonly aliases = {
    HTTPS_PROXY: ['https_proxy'],
    HTTP_PROXY: ['http_proxy'],
    NO_PROXY: ['no_proxy'],
  };

  @Text() readonly HTTPS_PROXY: string | undefined = undefined;
  @Text() readonly HTTP_PROXY: string | undefined = undefined;
  /** Where notices go without one. */
  @Text() readonly NO_PROXY: string | undefined = undefined;

  /** The proxy for what is sent by `https:` or `http:`; null: none. */
  for(protocol: string): Proxy | null {
    return readProxy((protocol === 'https:' ? this.HTTPS_PROXY : this.HTTP_PROXY) ?? '');
  }

  problems(): readonly SettingsProblem[] {
    const broken = VARIABLES.filter((name) => this[name] !== undefined && readProxy(this[name]) === null);
    return broken.map((variable) => ({ variable, message: ALLOWED }));
  }

  /** Other programs read the variable too, and may know more forms: an unknown one is no reason not to start. */
  doubts(): readonly string[] {
    const means = 'is no host, IP address or network, so it does nothing here';
    return idleIn(this.NO_PROXY ?? '').map(
      (entry) => `NO_PROXY has ${JSON.stringify(entry)}, which ${means}`,
    );
  }

  innerSecrets(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(VARIABLES.map((name) => [name, credentialsIn(this[name] ?? '')]));
  }
}

/** Without a scheme it is http, as for other programs. */
function readProxy(text: string): Proxy | null {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || hasMore(url)) return null;
  const [user, password] = [decoded(url.username), decoded(url.password)];
  const { origin, protocol, hostname, port } = url;
  const bare = hostname.replace(/^\[|\]$/g, '');
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    origin,
    protocol,
    host: bare,
    port: port === '' ? usual : Number(port),
    login: user === '' && password === '' ? null : { user, password },
  };
}

function hasMore({ pathname, search, hash }: URL): boolean {
  return !/^\/?$/.test(pathname) || search !== '' || hash !== '';
}

/** As they stand there, as they are meant, and as a header has them. */
function credentialsIn(text: string): readonly string[] {
  const login = readProxy(text)?.login ?? null;
  if (login === null) return [];
  const written = /^(?:.*?:\/\/)?(.*)@/.exec(text)?.[1] ?? '';
  const [user = '', password = user] = written.split(/:(.*)/s);
  const both = `${login.user}:${login.password}`;
  return [written, password, both, login.password || login.user, Buffer.from(both).toString('base64')];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
