# syntax=docker/dockerfile:1

# By its digest, where a build has to be the same again: --build-arg NODE_IMAGE=node:24-alpine@sha256:…
ARG NODE_IMAGE=node:24-alpine

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build \
  && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="rancher-service-updater" \
  org.opencontainers.image.description="Puts newly published container images into production on Rancher 1.6" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
  AUTOUPDATE_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# docker build --build-arg COMMIT=$(git rev-parse HEAD): what GET /version says it was built from
ARG COMMIT=
RUN if [ -n "$COMMIT" ]; then echo "$COMMIT" > commit; fi
RUN install -d -o node -g node /data
# The only place that is written to: everything else works on a read-only file system.
VOLUME /data
# The user "node" of the image, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 8080
# Whether the process answers, not whether Rancher does: a gateway must not drop what CI sends while Rancher is down.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "require('node:http').get({ host: process.env.AUTOUPDATE_HTTP_HOST || '127.0.0.1', port: process.env.AUTOUPDATE_HTTP_PORT || 8080, path: '/health/live' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Node itself, not npm: signals reach the service.
CMD ["node", "dist/main.js"]
