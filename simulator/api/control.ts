import type { Faults } from '../faults/faults.js';
import { Fields } from '../reading/fields.js';
import type { Journal } from '../journal.js';
import { isObject, type JsonObject } from '../json.js';
import { readFault } from '../faults/read-fault.js';
import type { Traffic } from '../traffic.js';
import { ApiError } from '../world/api-error.js';
import type { Service } from '../world/records.js';
import type { Fleet } from '../world/fleet.js';
import { fleetRoute, summary } from './fleet-control.js';
import type { Reply } from './reply.js';

/** What people and the demo can do from outside, under `/simulator/…`. */
export interface ControlParts {
  readonly faults: Faults;
  readonly journal: Journal;
  readonly traffic: Traffic;
  readonly fleet: Fleet;
  readonly act: (actor: string, action: string, service: Service, body: JsonObject) => void;
  readonly describe: () => JsonObject;
  /** Takes the simulator off the network for so many simulated milliseconds. */
  readonly unplug: (ms: number) => void;
  readonly logOut: (access: string) => number;
}

/** The control route: journal, faults, somebody else acting, and changes of the fleet. */
export class Control {
  constructor(private readonly parts: ControlParts) {}

  answer(method: string, url: string, sent: string): Reply {
    const { pathname } = new URL(url, 'http://simulator');
    const [, , what, name] = pathname.split('/').map(decodeURIComponent);
    try {
      const body: unknown = sent.trim() === '' ? {} : JSON.parse(sent);
      if (!isObject(body)) return { status: 400, body: { message: 'The body must be a JSON object.' } };
      if (method === 'POST' && what === 'unplug') return this.unplug(new Fields(body, 'body').number('ms'));
      return { status: 200, body: this.route(`${method} ${what ?? ''}`, name ?? '', body) };
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 400;
      return { status, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  }

  private route(what: string, name: string, body: JsonObject): unknown {
    const { faults, journal, traffic, fleet } = this.parts;
    switch (what) {
      case 'GET ':
        return this.parts.describe();
      case 'GET journal':
        return { requests: journal.requests, changes: journal.changes };
      case 'DELETE journal':
        journal.clear();
        return {};
      case 'GET traffic':
        return traffic.report();
      case 'DELETE traffic':
        traffic.clear();
        return {};
      case 'POST logout':
        return { closed: this.parts.logOut(text(body, 'key')) };
      case 'GET faults':
        return { faults: faults.list().map(({ id, fault, hits }) => ({ id, hits, ...fault })) };
      case 'POST faults':
        return { id: faults.add(readFault(body)).id };
      case 'DELETE faults':
        if (name === '') faults.clear();
        else faults.remove(Number(name));
        return {};
      case 'POST act':
        return this.act(body);
      default:
        return fleetRoute(fleet, what, name, body) ?? notFound();
    }
  }

  /** The answer goes out first: this route is off the network, too. */
  private unplug(ms: number): Reply {
    if (!(ms > 0)) throw new Error('body.ms must be above 0.');
    return { status: 200, body: {}, after: () => this.parts.unplug(ms) };
  }

  private act(body: JsonObject): unknown {
    const service = this.parts.fleet.service(text(body, 'service'));
    const actor = typeof body['actor'] === 'string' ? body['actor'] : 'somebody';
    const sent = isObject(body['body']) ? body['body'] : {};
    const image = typeof body['image'] === 'string' ? { image: body['image'] } : {};
    this.parts.act(actor, text(body, 'action'), service, { ...sent, ...image });
    return summary(service);
  }
}

function text(body: JsonObject, field: string): string {
  return new Fields(body, 'body').text(field);
}

function notFound(): never {
  throw ApiError.status(404);
}
