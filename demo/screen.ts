import { styleText } from 'node:util';

export type Tone = 'plain' | 'good' | 'warning' | 'danger' | 'quiet' | 'strong';

const FORMATS = { good: 'green', warning: 'yellow', danger: 'red', quiet: 'dim', strong: 'bold' } as const;

const MAX_WIDTH = 100;

export interface Line {
  readonly text: string;
  readonly tone: Tone;
  /** The tone of a bar before the text. */
  readonly bar?: Tone;
}

/** A line that changes; its detail is shown only where it can be drawn over. */
export interface LiveLine extends Line {
  readonly key: string;
  readonly detail: string;
}

type Output = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'hasColors'>>;

/** What the person sees: plain text everywhere, on a terminal with colours and with lines that are drawn over. */
export class Screen {
  /** Whether lines can be drawn over. */
  readonly isTerminal: boolean;
  private readonly hasColours: boolean;
  private readonly shown = new Map<string, string>();
  private drawn = 0;

  constructor(private readonly out: Output) {
    this.isTerminal = out.isTTY === true && process.env['TERM'] !== 'dumb';
    this.hasColours = this.isTerminal && out.hasColors?.() === true;
  }

  get width(): number {
    return Math.min(this.out.columns ?? MAX_WIDTH, MAX_WIDTH);
  }

  print(text = '', tone: Tone = 'plain'): void {
    for (const line of text.split('\n')) this.out.write(`${this.paint(line, tone)}\n`);
  }

  show(lines: readonly Line[]): void {
    for (const { text, tone, bar } of lines) {
      this.print(bar === undefined ? text : `  ${this.paint('▌', bar)} ${text}`, tone);
    }
  }

  /** Shows lines in the place of those of the last call; where that cannot be, those whose text has changed. */
  live(lines: readonly LiveLine[]): void {
    if (!this.isTerminal || lines.length >= (this.out.rows ?? 0)) return this.printChanged(lines);
    const up = this.drawn === 0 ? '' : `\x1b[${this.drawn}A`;
    const drawn = lines.map(({ text, detail, tone }) => {
      const line = `${text}${detail}`.trimEnd().slice(0, this.width - 1);
      return `\x1b[2K${this.paint(line, tone)}\n`;
    });
    this.out.write(up + drawn.join(''));
    this.drawn = lines.length;
  }

  /** The live lines stay as they are; the next ones are new. */
  settle(): void {
    this.drawn = 0;
    this.shown.clear();
  }

  private printChanged(lines: readonly LiveLine[]): void {
    for (const { key, text, tone } of lines) {
      if (this.shown.get(key) !== text) this.print(text.trimEnd(), tone);
      this.shown.set(key, text);
    }
  }

  private paint(text: string, tone: Tone): string {
    return this.hasColours && tone !== 'plain' && text !== '' ? styleText(FORMATS[tone], text) : text;
  }
}
