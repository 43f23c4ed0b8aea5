import { NOTICE } from './examples/notices.js';
import { ref, text, type Schema } from './json-schema.js';
import type { Operation, Parameter } from './operation.js';

/** What the service itself sends, by its name. */
export type Webhooks = Readonly<Record<string, { readonly post: Operation }>>;

const TOLD = `Sent to the \`url\` of each channel of the kind \`webhook\` in \`AUTOUPDATE_CHANNELS\`, once nothing more happens to an upgrade by itself, and on some earlier occasions.

A channel's notices come in order and at least once. Compare the signature in constant time, and refuse what was signed more than a few minutes ago.`;

export const WEBHOOKS: Webhooks = {
  notice: {
    post: {
      operationId: 'notice',
      tags: ['Operating'],
      summary: 'Tells a channel the outcome of an upgrade',
      description: TOLD,
      parameters: [
        sent('X-Updater-Delivery', text('The `id` of the notice: the same at each attempt')),
        sent(
          'X-Updater-Signature',
          text(
            "`t`: when it was signed, in seconds; `v1`: the hexadecimal HMAC-SHA256, keyed with the channel's `secret`, of `t`, a dot and the raw body",
            { pattern: '^t=\\d+,v1=[0-9a-f]{64}$' },
          ),
        ),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: ref('Notice'), example: NOTICE } },
      },
      responses: {
        '2XX': { description: 'It is accepted, unless the answer is a web page: then it is sent again' },
        '3XX': { description: 'The redirect is not followed; the notice is sent again, for a day' },
        408: { description: 'It is sent again, for a day' },
        413: { description: 'It is sent again at once with fewer lines; given up when there are none left' },
        429: { description: 'It is sent again, for a day; `Retry-After` is heeded' },
        '4XX': { description: 'It is given up at once' },
        '5XX': { description: 'It is sent again, for a day; `Retry-After` is heeded' },
      },
    },
  },
};

function sent(name: string, schema: Schema): Parameter {
  return { name, in: 'header', required: true, schema };
}
