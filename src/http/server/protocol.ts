import type { FastifyInstance } from 'fastify';
import { UpdaterError } from '../../common/errors.js';

/**
 * Refuses with `request.invalid` what HTTP itself does not allow, and Node lets through for us to answer: a request of HTTP/1.1
 * without `Host`, and one that expects of the service what it does not know.
 */
export function refuseBrokenProtocol(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ headers: { host, expect }, raw: { httpVersion } }) => {
    if (host === undefined && httpVersion === '1.1') {
      throw new UpdaterError('request.invalid', 'The header Host is missing');
    }
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      throw new UpdaterError('request.invalid', 'The header Expect can only be 100-continue');
    }
  });
}
