/** One line of what Prometheus reads. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a service tells Prometheus, read. */
export class Exposition {
  readonly samples: readonly Sample[];
  /** Each metric with its type. */
  readonly types: ReadonlyMap<string, string>;

  constructor(text: string) {
    const lines = text.split('\n');
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    this.types = new Map(types.map(([, name = '', type = '']) => [name, type]));
    this.samples = lines.filter((line) => line !== '' && !line.startsWith('#')).map(sampleIn);
  }

  /** The value of the only sample with these labels among its own; fails where there is none or more than one. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const found = this.all(name, labels);
    const [sample] = found;
    if (found.length === 1 && sample) return sample.value;
    throw new Error(`${found.length} samples of ${name} with ${JSON.stringify(labels)}`);
  }

  all(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** Every value that a label has, in all metrics whose name begins so. */
  valuesOf(label: string, beginning: string): readonly string[] {
    const values = this.samples
      .filter(({ name }) => name.startsWith(beginning))
      .flatMap(({ labels }) => labels[label] ?? []);
    return [...new Set(values)].toSorted();
  }
}

function sampleIn(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: value === '+Inf' ? Infinity : Number(value),
  };
}
