/** Planted: they stand in the settings, and nothing that the service says may have them. */
export const ACCESS_KEY = 'ACCESS-KEY-9F3A-planted';
export const SECRET_KEY = 'secret/key+planted&"77"';
export const HOOK = '/services/T0/B0/hook-planted-4711';

const BASIC = Buffer.from(`${ACCESS_KEY}:${SECRET_KEY}`).toString('base64');

/** What Rancher is told, and can repeat. */
export const TOLD_TO_RANCHER = [ACCESS_KEY, SECRET_KEY, BASIC];

const PLANTED = [...TOLD_TO_RANCHER, 'hook-planted-4711'];

/** Which of them are in a text, in whatever spelling. */
export function secretsIn(text: string): readonly string[] {
  const spelled = PLANTED.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  return [...new Set(spelled)].filter((secret) => text.includes(secret));
}
