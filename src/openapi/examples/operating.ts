/** What the service has really answered to those who run it. */

export const CHANNELS = {
  channels: [{ name: 'slack', kind: 'slack', ok: true, message: 'Slack answered 200' }],
};

export const NOT_READY = {
  status: 'not_ready',
  checks: [
    { name: 'rancher', ok: false, message: 'Rancher cannot be reached: connection refused' },
    { name: 'key', ok: false, message: 'unknown as long as Rancher does not answer' },
    { name: 'environments', ok: false, message: 'unknown as long as they cannot be listed' },
    { name: 'store', ok: true, message: 'the store can be written' },
  ],
  warnings: [
    {
      name: 'events',
      message:
        'the events of 2 of 2 environments are not heard (production, stage): they are polled instead, and the log says why',
    },
  ],
};

export const READY = {
  status: 'ready',
  checks: [
    { name: 'rancher', ok: true, message: 'Rancher answers' },
    { name: 'key', ok: true, message: 'the key is accepted' },
    { name: 'environments', ok: true, message: 'selected: Staging, Production' },
    { name: 'store', ok: true, message: 'the store can be written' },
  ],
  warnings: [],
};

export const METRICS = `# HELP updater_http_requests_total Requests that were answered; status none: the caller went away before
# TYPE updater_http_requests_total counter
updater_http_requests_total{method="GET",route="/ping",status="200"} 2
`;
