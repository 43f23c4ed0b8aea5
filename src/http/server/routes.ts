import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Knows which methods a path answers to, so that a wrong method is told from a wrong path. */
@Injectable()
export class Routes {
  private readonly known: { readonly method: string; readonly pattern: readonly string[] }[] = [];

  /** Has to be called before any route is added. */
  follow(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const name of [method].flat()) this.known.push({ method: name, pattern: url.split('/') });
    });
  }

  /** `GET /upgrades/:id` and so on. */
  get all(): readonly string[] {
    return this.known.map(({ method, pattern }) => `${method} ${pattern.join('/')}`);
  }

  methodsOf(path: string): readonly string[] {
    const parts = path.replace(/(?<=.)\/$/, '').split('/');
    const matching = this.known.filter(({ pattern }) => matches(pattern, parts));
    return [...new Set(matching.map(({ method }) => method))].toSorted();
  }
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
