# The service. It runs migrations when it starts, once for all replicas. Staged files are in /data.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY mock-zenodo/package.json mock-zenodo/
COPY tools/postgres/package.json tools/postgres/
RUN npm ci
COPY . .
RUN npm run build

FROM node:26-slim
WORKDIR /app
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=build /app/dist dist
RUN install -d -m 0700 -o node -g node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 STAGING_DIR=/data/staging
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/server.js"]
