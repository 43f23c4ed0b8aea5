/** Posts a body, or gets where there is none, and answers the JSON that comes back. Sends what `curl -d` sends, type and all. */
export async function askJson<T>(url: string, signal: AbortSignal, body?: unknown): Promise<T> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}
