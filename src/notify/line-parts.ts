import type { NoticeLine } from '../domain/notice.js';

/** What people read of a line, whatever it is about. */
export interface LineParts {
  /** The names that lead to it, the widest first. */
  readonly place: readonly string[];
  readonly link: string | null;
  /** From which to which image, or of which. */
  readonly images: readonly string[];
  readonly reason: string | null;
}

export function partsOf(line: NoticeLine): LineParts {
  switch (line.about) {
    case 'upgrade':
      return { place: [], link: null, images: present(line.image), reason: line.summary };
    case 'environment':
      return { place: present(line.environment), link: null, images: [], reason: line.reason };
    default: {
      const { environment, stack, service, link, from, to, reason } = line;
      return { place: present(environment, stack, service), link, images: present(from, to), reason };
    }
  }
}

function present(...texts: readonly (string | null)[]): readonly string[] {
  return texts.flatMap((text) => text || []);
}
