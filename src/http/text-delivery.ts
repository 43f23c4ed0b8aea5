import type { Writable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../common/any-signal.js';
import { Clock } from '../common/clock.js';
import { messageOf, stackOf, UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';

/** How long a reader may take nothing while something waits for it, and how long once it is told to end. */
const STALL_MS = 30_000;
const LAST_MS = 1000;

/** Brings a stream to its reader, no faster than they are taken: little more than one page ever waits. */
@Injectable()
export class TextDelivery {
  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Writes all texts and ends. A reader that has not taken what waits for it within 30 s is cut off, and within 1 s when
   * the signal is aborted. Never rejects: when the texts break off, so does the reader's connection.
   */
  async send(texts: AsyncIterable<string>, to: Writable, signal: AbortSignal): Promise<void> {
    to.on('error', () => to.destroy());
    try {
      await this.write(texts, to, signal);
      if (!to.destroyed) await this.end(to, signal);
    } catch (error) {
      this.brokeOff(error);
    }
    if (!to.closed) to.destroy();
  }

  private async write(texts: AsyncIterable<string>, to: Writable, signal: AbortSignal): Promise<void> {
    for await (const text of texts) {
      if (to.destroyed) return;
      if (to.write(text)) continue;
      await this.within(STALL_MS, to, 'drain', [signal]);
      if (to.writableNeedDrain && !signal.aborted) return this.cutOff(to);
    }
  }

  private async end(to: Writable, signal: AbortSignal): Promise<void> {
    to.end();
    await this.within(STALL_MS, to, 'close', [signal]);
    if (!to.closed && signal.aborted) await this.within(LAST_MS, to, 'close', []);
    if (!to.closed) this.cutOff(to);
  }

  private async within(
    ms: number,
    to: Writable,
    event: 'drain' | 'close',
    signals: readonly AbortSignal[],
  ): Promise<void> {
    const happened = new AbortController();
    const abort = () => happened.abort();
    to.once(event, abort);
    await withAnySignal([happened.signal, ...signals], (any) => this.clock.sleep(ms, any));
    to.off(event, abort);
  }

  private cutOff(to: Writable): void {
    this.log.info('a reader was cut off: it does not take what it asked for', { waiting: to.writableLength });
    to.destroy();
  }

  private brokeOff(error: unknown): void {
    const message = 'a stream broke off';
    if (error instanceof UpdaterError) this.log.warn(message, { error: messageOf(error) });
    else this.log.error(message, { error: stackOf(error) });
  }
}
