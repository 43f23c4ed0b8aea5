import type { FleetDescription } from '../../simulator/fleet.js';

/** One service of every sort that a Rancher can have, and one key of every kind. */
export const CATTLE_FLEET: FleetDescription = {
  environments: [
    {
      name: 'Default',
      id: '1a5',
      stacks: [
        {
          name: 'shop',
          services: [
            {
              name: 'web',
              image: 'acme/web:1.0.0',
              scale: 2,
              labels: { 'autoupdate.enable': 'true' },
              launchConfig: { environment: { LOG_LEVEL: 'info' }, 'x-unheard-of': { kept: [1, null] } },
            },
            {
              name: 'app',
              image: 'acme/app:1.0.0',
              sidekicks: [
                { name: 'logger', image: 'acme/logger:1.0.0' },
                { name: 'proxy', image: 'acme/web:0.9', launchConfig: { networkLaunchConfig: 'app' } },
              ],
            },
            { name: 'vault', image: 'acme/web:1.0.0', secrets: ['password'] },
            { name: 'kept', image: 'acme/kept:1.0.0', retainIp: true },
            { name: 'stopped', image: 'acme/web:1.0.0', state: 'inactive' },
            {
              name: 'waiting',
              image: 'acme/waiting:1.1.0',
              state: 'upgraded',
              upgrade: { previousImage: 'acme/waiting:1.0.0', batchSize: 3, intervalMillis: 500 },
            },
            {
              name: 'paced',
              image: 'acme/paced:1.0.0',
              upgrade: { previousImage: 'acme/paced:0.9.0', batchSize: 3, intervalMillis: 500 },
            },
            { name: 'balancer', type: 'loadBalancerService', image: 'rancher/lb-service-haproxy:v0.9.14' },
            { name: 'alias', type: 'dnsService' },
            { name: 'outside', type: 'externalService', externalIpAddresses: ['10.0.0.1'] },
            { name: 'selector', image: 'rancher/none', selectorContainer: 'role=x' },
            { name: 'digest', image: `acme/web@sha256:${'a'.repeat(64)}` },
            { name: 'infra', image: 'acme/web:1.0.0', system: true },
          ],
        },
      ],
    },
    {
      name: 'nonprod',
      id: '1a6',
      stacks: [{ name: 'shop', services: [{ name: 'web', image: 'acme/web:1.0.0' }] }],
    },
    { name: 'asleep', id: '1a7', state: 'inactive', stacks: [] },
  ],
  keys: [
    { access: 'environment', secret: 'environment-secret', kind: 'environment', environment: 'Default' },
    { access: 'service', secret: 'service-secret', kind: 'service_account', environment: 'Default' },
    { access: 'member', secret: 'member-secret', kind: 'user', environments: ['Default'] },
    { access: 'readonly', secret: 'readonly-secret', kind: 'readonly', environments: ['Default'] },
    { access: 'admin', secret: 'admin-secret', kind: 'admin' },
  ],
};
