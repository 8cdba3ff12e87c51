import { sizeBudgets } from '../policy/fixed-numbers.ts'
import type { Language } from './application.ts'

/** What follows from the language alone: start time, resources, and its health check. */
export interface Runtime {
  title: string
  /** Decides the gate's budget for the unpacked size. */
  sizeClass: 'interpreted' | 'compiled'
  /** A separate size budget with its reason, if the runtime itself exceeds the budget of its class. */
  size?: { unpacked: string; because: string }
  /** Seconds until a healthy process answers, on a busy node. */
  startSeconds: number
  /** Millicores. */
  cpu: { request: number; limit: number }
  /** MiB. The request equals the limit, so that a node that runs out of memory kills no container within its own. */
  memory: number
  /** MiB of the tmpfs on /tmp; its pages count towards the container's memory. */
  temporary: number
  /** Template of the health check, where it is written, and how the image calls it. */
  healthcheck: { template: string; path: string; command: readonly string[] }
  /** Seconds between two health checks of the image: starting a virtual machine for each one is expensive. */
  healthcheckSeconds: number
}

export const runtimes: Readonly<Record<Language, Runtime>> = {
  python: {
    title: 'Python',
    sizeClass: 'interpreted',
    startSeconds: 10,
    cpu: { request: 200, limit: 1000 },
    memory: 384,
    temporary: 64,
    healthcheck: {
      template: 'healthcheck.py',
      path: 'deploy/healthcheck/healthcheck.py',
      command: ['/usr/bin/python3', '/healthcheck.py'],
    },
    healthcheckSeconds: 15,
  },
  node: {
    title: 'Node.js',
    sizeClass: 'interpreted',
    size: {
      unpacked: '220 MB',
      because: `Node itself is larger than the ${sizeBudgets.interpreted} that an interpreted service has by default.`,
    },
    startSeconds: 5,
    cpu: { request: 200, limit: 1000 },
    memory: 384,
    temporary: 64,
    healthcheck: {
      template: 'healthcheck.mjs',
      path: 'deploy/healthcheck/healthcheck.mjs',
      command: ['/nodejs/bin/node', '/healthcheck.mjs'],
    },
    healthcheckSeconds: 15,
  },
  go: {
    title: 'Go',
    sizeClass: 'compiled',
    startSeconds: 2,
    cpu: { request: 100, limit: 1000 },
    memory: 128,
    temporary: 16,
    healthcheck: { template: 'healthcheck.go', path: 'deploy/healthcheck/main.go', command: ['/healthcheck'] },
    healthcheckSeconds: 10,
  },
  java: {
    title: 'Java',
    sizeClass: 'interpreted',
    size: {
      unpacked: '320 MB',
      because: `The Java runtime itself is larger than the ${sizeBudgets.interpreted} that an interpreted service has by default.`,
    },
    startSeconds: 30,
    cpu: { request: 500, limit: 2000 },
    memory: 768,
    temporary: 128,
    healthcheck: {
      template: 'HealthCheck.java',
      path: 'deploy/healthcheck/HealthCheck.java',
      command: [
        '/usr/bin/java',
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        '-Xmx16m',
        '-Xshare:auto',
        '-cp',
        '/healthcheck',
        'HealthCheck',
      ],
    },
    healthcheckSeconds: 30,
  },
  rust: {
    title: 'Rust',
    sizeClass: 'compiled',
    startSeconds: 2,
    cpu: { request: 100, limit: 1000 },
    memory: 128,
    temporary: 16,
    healthcheck: { template: 'healthcheck.rs', path: 'deploy/healthcheck/main.rs', command: ['/healthcheck'] },
    healthcheckSeconds: 10,
  },
}

/** The unprivileged user in the user database of the distroless images. */
export const user = 65_532

/**
 * Seconds from the signal to the kill. A load balancer keeps sending for some seconds after a replica is removed, and
 * open requests take up to 20.
 */
export const stopSeconds = { beforeSignal: 5, open: 20, atMost: 30 }

/** How many replicas run: three, so that one may be replaced while another fails. */
export const replicas = { least: 3, most: 12, targetCpuPercent: 70 }
