import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { UpdaterError } from '../../common/errors.js';

/** The address under which a request is looked for. One that cannot be read would be answered past every hook. */
export function readableUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  if (isReadable(url)) return url;
  const [path = '', ...query] = url.split('?');
  return [path.replaceAll('%', '%25'), ...query].join('?');
}

/** Refuses with `request.invalid` what was asked of an address that cannot be read. */
export function refuseBrokenPaths(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ originalUrl }) => {
    if (isReadable(originalUrl)) return;
    throw new UpdaterError('request.invalid', 'In the path, % must begin a byte of UTF-8, such as %2F');
  });
}

function isReadable(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
