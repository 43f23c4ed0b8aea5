import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** One event as a browser would see it. */
export interface Event {
  readonly id: number;
  readonly event: string;
  readonly data: {
    readonly at: string;
    readonly upgrade: string;
    readonly rollout: string | null;
    readonly environment: unknown;
    readonly stack: unknown;
    readonly service: unknown;
    readonly status: string;
    readonly message: string;
    readonly reason: unknown;
  };
}

/** Reads a stream of events over a connection of its own, as fast as they come or not at all. */
export class EventReader {
  /** Every event that is whole, oldest first. */
  readonly events: Event[] = [];
  comments = 0;
  /** How the stream came to its end: the service has ended it, or the connection broke off. */
  end: 'ended' | 'broken' | null = null;
  private unread = '';

  private constructor(
    private readonly question: ClientRequest,
    private readonly answer: IncomingMessage,
  ) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.read(text));
    answer.on('error', () => undefined);
    answer.on('close', () => (this.end = answer.complete ? 'ended' : 'broken'));
  }

  /** Resolves when the answer begins. */
  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const question = request(url, { headers, agent: false }, (answer) =>
        resolve(new EventReader(question, answer)),
      );
      question.on('error', reject);
      question.end();
    });
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.answer.headers;
  }

  get ids(): readonly number[] {
    return this.events.map(({ id }) => id);
  }

  /** Takes nothing from the connection any more. */
  pause(): void {
    this.answer.pause();
  }

  resume(): void {
    this.answer.resume();
  }

  close(): void {
    this.question.destroy();
  }

  private read(text: string): void {
    const blocks = (this.unread + text).split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) this.comments += 1;
      else if (block.startsWith('id: ')) this.events.push(eventOf(block));
    }
  }
}

function eventOf(block: string): Event {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
  return {
    id: Number(fields['id']),
    event: String(fields['event']),
    data: JSON.parse(String(fields['data'])),
  };
}
