import { setMaxListeners } from 'node:events';

/**
 * Does work under a signal that is aborted as soon as one of these is. Unlike `AbortSignal.any`, of which Node 20 keeps
 * something in a long-lived signal for ever, it leaves nothing behind.
 */
export async function withAnySignal<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const any = new AbortController();
  // However much listens to it, it is gone with the work.
  setMaxListeners(0, any.signal);
  const abort = () => any.abort();
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  if (signals.some((signal) => signal.aborted)) abort();
  try {
    return await work(any.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
