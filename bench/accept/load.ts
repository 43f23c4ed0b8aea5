import { percentile } from '../shared/samples.js';
import { Connection } from './connection.js';

export interface Load {
  readonly address: string;
  readonly connections: number;
  /** Whichever comes first ends it. */
  readonly seconds: number;
  readonly requests: number;
}

/** What a load has shown. */
export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

let posted = 0;

/**
 * Posts images that nobody has posted before, on every connection one after the other.
 *
 * @throws Error where one is answered by anything but 200 or 202
 */
export async function put(load: Load): Promise<Measured> {
  const times: number[] = [];
  const began = performance.now();
  const until = began + load.seconds * 1000;
  let left = load.requests;
  async function work(): Promise<void> {
    const connection = await Connection.open(load.address);
    while (left > 0 && performance.now() < until) {
      left -= 1;
      posted += 1;
      const body = JSON.stringify({ docker_image: `registry.acme.io/shop/web:1.0.${posted}` });
      const { status, milliseconds } = await connection.post('/upgrade', body);
      if (status !== 200 && status !== 202) throw new Error(`an upgrade was answered by ${status}`);
      times.push(milliseconds);
    }
    connection.close();
  }
  await Promise.all(Array.from({ length: load.connections }, work));
  return measured(times, (performance.now() - began) / 1000);
}

function measured(times: readonly number[], seconds: number): Measured {
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
  };
}
