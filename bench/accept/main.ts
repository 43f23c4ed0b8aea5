import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertBuilt, ROOT, runMain, SCRIPTS } from '../shared/run-main.js';
import { updaterVariables } from '../shared/updater-variables.js';
import { type Measured, put } from './load.js';
import { type Options, readOptions, USAGE } from './options.js';
import { Server } from './server.js';

const EMPTY = join(ROOT, 'build/bench/accept/empty-server.js');

/** What has to be reached. Megabytes and milliseconds. */
const TARGETS = { perSecond: 1000, p99: 100, memory: 10, start: 3000 };

await runMain(main);

/** Answers 0 where every target is reached, else 1. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    say(USAGE);
    return 0;
  }
  assertBuilt([SCRIPTS.updater, EMPTY], 'npm run bench:accept');
  mkdirSync(options.folder, { recursive: true });
  const folder = mkdtempSync(join(resolve(options.folder), 'accept-'));
  try {
    const rates = await measureRates(folder, options);
    const costs = options.upgrades === 0 || (await measureCosts(folder, options));
    return rates && costs ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureRates(folder: string, options: Options): Promise<boolean> {
  const empty = await rateOf(await Server.start(EMPTY), options);
  say(`an empty handler    ${inWords(empty)}`);
  const service = await rateOf(await startService(join(folder, 'rate')), options);
  say(`the service         ${inWords(service)}`);
  say(`an empty handler is ${(empty.perSecond / service.perSecond).toFixed(1)} times as fast`);
  const isFast = judged('accepted/s', service.perSecond, service.perSecond >= TARGETS.perSecond);
  return judged('p99 in ms', service.p99, service.p99 <= TARGETS.p99) && isFast;
}

async function rateOf(server: Server, { connections, seconds }: Options): Promise<Measured> {
  const load = { address: server.address, connections, requests: Infinity };
  await put({ ...load, seconds: 2 });
  const measured = await put({ ...load, seconds });
  await server.stop();
  return measured;
}

async function measureCosts(folder: string, options: Options): Promise<boolean> {
  const data = join(folder, 'costs');
  const service = await startService(data);
  const before = await memoryAfter(service, options);
  const after = await memoryAfter(service, options);
  await service.stop();
  const again = await startService(data);
  await again.stop();
  const isSmall = judged('MB more', after - before, after - before <= TARGETS.memory);
  return judged('ms to start with them', again.startMs, again.startMs <= TARGETS.start) && isSmall;
}

async function memoryAfter(service: Server, { connections, upgrades, idle }: Options): Promise<number> {
  const measured = await put({
    address: service.address,
    connections,
    requests: upgrades,
    seconds: Infinity,
  });
  await new Promise((done) => setTimeout(done, idle * 1000));
  const memory = await service.memory();
  say(`${memory.toFixed(0)} MB ${idle} s after ${upgrades} more upgrades, ${inWords(measured)}`);
  return memory;
}

/** On a directory of its own; no Rancher listens where it is told to look. */
function startService(folder: string): Promise<Server> {
  const place = { rancher: 'http://127.0.0.1:9', port: 0, data: folder };
  // Nothing is ever planned here.
  return Server.start(SCRIPTS.updater, updaterVariables(place, { AUTOUPDATE_MAX_WAITING: '1000000' }));
}

function inWords({ requests, perSecond, p50, p99, max }: Measured): string {
  const [half, most, all] = [p50, p99, max].map((ms) => ms.toFixed(1));
  return `${requests} at ${perSecond.toFixed(0)}/s, p50 ${half} ms, p99 ${most} ms, max ${all} ms`;
}

function judged(name: string, value: number, isReached: boolean): boolean {
  say(`${isReached ? 'reached' : 'MISSED '}  ${value.toFixed(0)} ${name}`);
  return isReached;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
