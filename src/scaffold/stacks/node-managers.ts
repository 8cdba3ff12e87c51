/** A package manager's commands. `setUp` installs the manager if Node does not ship it. */
export interface Manager {
  lockFile: string
  cache: string
  setUp: string
  install: string
  build: string
  prune: string
}

export const npm: Manager = {
  lockFile: 'package-lock.json',
  cache: '/root/.npm',
  setUp: '',
  install: 'npm ci --ignore-scripts --no-audit --no-fund',
  build: 'npm run build',
  prune: 'npm prune --omit=dev --ignore-scripts --no-audit --no-fund',
}

export const pnpm = (version: string): Manager => ({
  lockFile: 'pnpm-lock.yaml',
  cache: '/root/.local/share/pnpm/store',
  setUp: `RUN npm install --global --ignore-scripts --no-audit --no-fund pnpm@${version}`,
  install: 'pnpm install --frozen-lockfile --ignore-scripts',
  build: 'pnpm run build',
  prune: 'CI=true pnpm prune --prod --ignore-scripts',
})

export const yarnClassic = (version: string): Manager => ({
  lockFile: 'yarn.lock',
  cache: '/usr/local/share/.cache/yarn',
  setUp: `RUN npm install --global --force --ignore-scripts --no-audit --no-fund yarn@${version}`,
  install: 'yarn install --frozen-lockfile --ignore-scripts --non-interactive',
  build: 'yarn run build',
  prune: 'yarn install --frozen-lockfile --ignore-scripts --non-interactive --production',
})

export const yarnBerry = (version: string): Manager => ({
  lockFile: 'yarn.lock',
  cache: '/root/.yarn/berry/cache',
  // Node finds packages in node_modules without a loader; package scripts stay off.
  setUp: `RUN npm install --global --force --ignore-scripts --no-audit --no-fund @yarnpkg/cli-dist@${version}\nENV YARN_NODE_LINKER=node-modules \\\n    YARN_ENABLE_SCRIPTS=false \\\n    YARN_ENABLE_TELEMETRY=false`,
  install: 'yarn install --immutable',
  build: 'yarn run build',
  prune: 'yarn workspaces focus --production',
})
