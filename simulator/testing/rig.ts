import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { HandClock } from '../clock.js';
import type { FleetDescription } from '../fleet.js';
import type { Json } from './json.js';
import { Reader } from './reader.js';
import type { Service } from '../world/records.js';
import { Simulator, type SimulatorOptions } from '../simulator.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, in order. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
  readonly body: Json;
}

export interface Sent {
  /** Name of a key of the small fleet, `ACCESS:SECRET`, or null for none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text sent as it is. */
  readonly body?: unknown;
}

/** A project path of the small fleet. */
export const P = '/v2-beta/projects/1a5';

/** Two environments; 1a5 has a web, a load balancer and an alias. */
const SMALL_FLEET: FleetDescription = {
  environments: [
    {
      name: 'Default',
      id: '1a5',
      stacks: [
        {
          name: 'shop',
          id: '1st3',
          services: [
            {
              name: 'web',
              id: '1s7',
              image: 'acme/web:1.0.0',
              scale: 2,
              secrets: ['db-password'],
              labels: { team: 'shop' },
            },
            { name: 'lb', id: '1s9', type: 'loadBalancerService', healthCheck: true },
            { name: 'alias', id: '1s10', type: 'dnsService' },
          ],
        },
      ],
    },
    {
      name: 'Prod',
      id: '1a6',
      stacks: [{ name: 'shop', services: [{ name: 'web', id: '1s8', image: 'acme/web:1.0.0' }] }],
    },
  ],
  keys: [
    { access: 'env', secret: 's', kind: 'environment', environment: 'Default' },
    { access: 'account', secret: 's', kind: 'service_account', environment: 'Default' },
    { access: 'user', secret: 's', kind: 'user', environments: ['Default'] },
    { access: 'admin', secret: 's', kind: 'admin', environments: ['Prod'] },
    { access: 'reader', secret: 's', kind: 'readonly', environments: ['Default'] },
  ],
};

/** A simulator with a clock turned by hand, and a client that hides nothing. */
export class Rig {
  private constructor(
    readonly simulator: Simulator,
    readonly clock: HandClock,
  ) {}

  static async start(options: Partial<SimulatorOptions> = {}): Promise<Rig> {
    const clock = new HandClock();
    return new Rig(await Simulator.start({ fleet: SMALL_FLEET, clock, ...options }), clock);
  }

  /** A service by id or name. */
  service(name: string): Service {
    const { fleet } = this.simulator;
    return fleet.findService(name) ?? fleet.service('Default', 'shop', name);
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send('GET', path, sent);
  }

  post(path: string, body?: unknown, sent: Sent = {}): Promise<Answer> {
    return this.send('POST', path, { ...sent, body });
  }

  /** POSTs an action on a service of 1a5. */
  act(action: string, id = '1s7', body?: unknown, key = 'env'): Promise<Answer> {
    return this.post(`${P}/services/${id}/?action=${action}`, body, { key });
  }

  /** Upgrades with the launchConfig as read, but for the image and what the test changes. */
  upgrade(id: string, image: string, strategy: object = {}, config: object = {}): Promise<Answer> {
    const { launchConfig } = this.service(id);
    return this.act('upgrade', id, {
      inServiceStrategy: {
        launchConfig: { ...launchConfig, imageUuid: `docker:${image}`, ...config },
        ...strategy,
      },
    });
  }

  /** Turns the clock until a service has reached a state. */
  until(name: string, state: string, limitMs = 60_000): void {
    const service = this.service(name);
    this.clock.advanceUntil(() => service.state === state, limitMs);
  }

  send(method: string, path: string, { key = 'env', headers = {}, body }: Sent = {}): Promise<Answer> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const url = new URL(this.simulator.url);
      const request = httpRequest(
        {
          host: url.hostname,
          port: url.port,
          method,
          path,
          agent: false,
          headers: { ...authorization(key), ...headers },
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const bytes = Buffer.concat(pieces);
            const zipped = response.headers['content-encoding'] === 'gzip';
            const read = (zipped ? gunzipSync(bytes) : bytes).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              rawHeaders: response.rawHeaders,
              text: read,
              body: parsed(read),
            });
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }

  /** Opens an event socket. */
  listen(
    path = `${P}/subscribe?eventNames=resource.change`,
    { key = 'env', headers = {} }: Sent = {},
  ): Promise<Reader> {
    const url = this.simulator.url.replace('http', 'ws') + path;
    return Reader.open(url, { ...authorization(key), ...headers });
  }

  close(): Promise<void> {
    return this.simulator.close();
  }
}

function authorization(key: string | null): Record<string, string> {
  if (key === null) return {};
  return { authorization: `Basic ${btoa(key.includes(':') ? key : `${key}:s`)}` };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
