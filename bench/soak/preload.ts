import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { Agent, ClientRequest } from 'node:http';
import { counted, probeLine } from './probe.js';
import { quicken } from './quicken.js';

// Imported by the program that is judged, with `?speed=60`, before anything of its own. It tells of itself on SIGUSR2.

const STDERR = 2;
const MEGABYTE = 1_048_576;
/** The heap gives its pages back a moment after it was swept. */
const SWEPT_MS = 150;

const later = setTimeout;
const agents = new Set<Agent>();

quicken(globalThis, Number(new URL(import.meta.url).searchParams.get('speed') ?? '1'));
subscribe('http.client.request.start', noteAgent);
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  later(tell, SWEPT_MS);
});

/** Of all agents, those that keep connections. */
function noteAgent(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('request' in message)) return;
  const { request } = message;
  if (!(request instanceof ClientRequest) || !('agent' in request)) return;
  const { agent } = request;
  if (agent instanceof Agent && 'keepAlive' in agent && agent.keepAlive === true) agents.add(agent);
}

function tell(): void {
  const { rss, heapUsed } = process.memoryUsage();
  const resources = counted(process.getActiveResourcesInfo());
  const kept = [...agents].reduce((sum, agent) => sum + connectionsOf(agent), 0);
  const line = probeLine({ rss: rss / MEGABYTE, heap: heapUsed / MEGABYTE, resources, kept });
  writeSync(STDERR, `${line}\n`);
}

function connectionsOf({ sockets, freeSockets }: Agent): number {
  return [...Object.values(sockets), ...Object.values(freeSockets)].reduce(
    (sum, list) => sum + (list?.length ?? 0),
    0,
  );
}
