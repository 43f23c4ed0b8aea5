import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

type Act = (signal: NodeJS.Signals) => void;

let current: Act | null = null;

/**
 * Calls `act` with each SIGTERM and SIGINT from now on, and no longer what was given before. There is no moment without one
 * of them: as the first process of a container, a program does not get what it does not listen to.
 */
export function onSignals(act: Act): void {
  for (const signal of SIGNALS) {
    process.on(signal, act);
    if (current) process.off(signal, current);
  }
  current = act;
}

/** Ends the program where nothing has begun, with the status by which a shell tells that a signal has ended one. */
export function endAtOnce(signal: NodeJS.Signals): void {
  process.exit(128 + constants.signals[signal]);
}
