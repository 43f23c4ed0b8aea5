import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds after which a signature is too old to be believed. */
const FRESH_S = 300;

/** Whether a body is signed by this secret and not long ago, as docs/notifications.md tells receivers to look. `now`: ms since 1970. */
export function isSigned(header: string, body: string, secret: string, now: number): boolean {
  const [t = '', v1 = ''] = header.match(/^t=(\d+),v1=([0-9a-f]{64})$/)?.slice(1) ?? [];
  const expected = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  if (v1.length !== expected.length || !timingSafeEqual(Buffer.from(v1), Buffer.from(expected))) return false;
  return Math.abs(now / 1000 - Number(t)) < FRESH_S;
}
