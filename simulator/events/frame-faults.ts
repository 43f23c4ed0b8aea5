import type { Faults, FaultSubject } from '../faults/faults.js';
import { isObject } from '../json.js';
import type { SeededNumbers } from '../seeded-numbers.js';
import type { Frame } from './frames.js';

const KEPT = 50;

interface Past {
  readonly at: number;
  readonly data: Frame['data'];
}

/** What faults make of the changes that one reader hears: lost, doubled, without their resource, or with an old one. */
export class FrameFaults {
  private readonly past = new Map<string, Past[]>();

  constructor(
    private readonly faults: Faults,
    private readonly lots: SeededNumbers,
  ) {}

  /** The frames that come instead of this one. */
  disturb(frame: Frame, subject: FaultSubject): readonly Frame[] {
    const lose = this.faults.peek('socket-lose', subject);
    if (lose !== undefined && this.lots.share() < lose.share) {
      if (this.faults.take('socket-lose', subject) !== undefined) return [];
    }
    const shown = this.bare(this.old(frame, subject), subject);
    const extra = this.faults.take('socket-duplicate', subject)?.extra ?? 0;
    return Array.from({ length: 1 + extra }, () => shown);
  }

  private old(frame: Frame, subject: FaultSubject): Frame {
    const id = frame.resourceId ?? '';
    const lie = this.faults.peek('socket-lie', subject);
    if (lie === undefined) {
      this.past.delete(id);
      return frame;
    }
    const known = this.past.get(id) ?? [];
    const before = frame.time - (lie.ms ?? 5000);
    const then = known.findLast(({ at }) => at <= before) ?? known[0];
    this.past.set(id, [...known.slice(1 - KEPT), { at: frame.time, data: frame.data }]);
    if (then === undefined || this.faults.take('socket-lie', subject) === undefined) return frame;
    return { ...frame, data: then.data ?? null };
  }

  private bare(frame: Frame, subject: FaultSubject): Frame {
    const fault = this.faults.take('socket-bare', subject);
    if (fault === undefined || !isObject(frame.data)) return frame;
    const { data: _, ...rest } = frame;
    if (fault.form === 'absent') return rest;
    return { ...frame, data: fault.form === 'empty' ? {} : null };
  }
}
