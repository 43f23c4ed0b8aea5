import { NOTICE } from './examples/notices.js';
import { ref, text, type Schema } from './json-schema.js';
import type { Operation, Parameter } from './operation.js';

/** What the service itself sends, by its name. */
export type Webhooks = Readonly<Record<string, { readonly post: Operation }>>;

const TOLD = `Sent by \`AUTOUPDATE_CHANNELS\` to the \`url\` of each channel of the kind \`webhook\`, when nothing more of an upgrade happens by itself, and at some moments before.

A channel's notices come in order and at least once. Compare the signature in constant time, and refuse what was signed more than some minutes ago.`;

export const WEBHOOKS: Webhooks = {
  notice: {
    post: {
      operationId: 'notice',
      tags: ['Operating'],
      summary: 'Tells a channel what became of an upgrade',
      description: TOLD,
      parameters: [
        sent('X-Updater-Delivery', text('The `id` of the notice: the same at each attempt')),
        sent(
          'X-Updater-Signature',
          text(
            "`t`: when it was signed, in seconds; `v1`: in hexadecimal the HMAC-SHA256, by the channel's `secret`, of `t`, a dot and the body as it came",
            { pattern: '^t=\\d+,v1=[0-9a-f]{64}$' },
          ),
        ),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: ref('Notice'), example: NOTICE } },
      },
      responses: {
        '2XX': { description: 'It is taken; not, if it comes with a web page: then it is sent again' },
        '3XX': { description: 'It is not followed, and sent again, for a day' },
        408: { description: 'It is sent again, for a day' },
        413: { description: 'It is sent in fewer lines at once; given up where there are none' },
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
