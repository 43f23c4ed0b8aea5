# syntax=docker/dockerfile:1

# The simulated Rancher 1.6 of simulator/, for trials. Built from the root of the project:
#   docker build -f deploy/compose/simulator.Dockerfile -t rancher-simulator .
# What of the project is needed is named in simulator.Dockerfile.dockerignore.

FROM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.tools.json ./
COPY simulator ./simulator
RUN npm run build:tools

FROM node:24-alpine
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
# All that it takes from others.
COPY --from=build /app/node_modules/ws ./node_modules/ws
COPY --from=build /app/node_modules/yaml ./node_modules/yaml
COPY --from=build /app/build/simulator ./build/simulator
COPY --from=build /app/simulator/fleets ./simulator/fleets
USER 1000:1000
EXPOSE 8081
CMD ["node", "build/simulator/main.js", "--host", "0.0.0.0"]
