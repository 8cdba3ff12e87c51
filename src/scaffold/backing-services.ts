import type { BackingService } from './application.ts'

/** What an application needs to reach a service, and how Compose runs one. Every name of an environment variable is decided here. */
export interface BackingServiceFacts {
  title: string
  port: number
  /** Settings that are no secret. `HOST` is replaced by the name of the host. */
  environment: Readonly<Record<string, string>>
  /** File with the secret below /run/secrets, and the variable that names it. */
  secret: { file: string; variable: string }
  compose: {
    image: string
    /** The user of the image's own database. */
    user: string
    environment: Readonly<Record<string, string>>
    command?: readonly string[]
    /** Files below ./secrets that it reads, and what each holds. */
    secrets: Readonly<Record<string, string>>
    healthcheck: readonly string[]
    data: string
    tmpfs: readonly string[]
    memory: string
  }
  /** How the gate runs one beside the image, with a password that counts for that run alone. */
  proof: { environment?: Readonly<Record<string, string>>; arguments?: readonly string[] }
}

/** Of the services of the gate's run. It is in loadline.yaml for everybody to read. */
export const proofPassword = 'for-the-run-of-the-gate-alone'

export const backingServices: Readonly<Record<BackingService, BackingServiceFacts>> = {
  postgres: {
    title: 'PostgreSQL',
    port: 5432,
    environment: { DATABASE_HOST: 'HOST', DATABASE_PORT: '5432', DATABASE_NAME: 'app', DATABASE_USER: 'app' },
    secret: { file: 'database_password', variable: 'DATABASE_PASSWORD_FILE' },
    compose: {
      image: 'docker.io/library/postgres:17-bookworm',
      user: '999:999',
      environment: {
        POSTGRES_DB: 'app',
        POSTGRES_USER: 'app',
        POSTGRES_PASSWORD_FILE: '/run/secrets/database_password',
        POSTGRES_INITDB_ARGS: '--auth-host=scram-sha-256 --auth-local=scram-sha-256 --data-checksums',
      },
      healthcheck: ['CMD', 'pg_isready', '--quiet', '--username=app', '--dbname=app'],
      secrets: { database_password: 'the password alone' },
      data: '/var/lib/postgresql/data',
      tmpfs: [
        '/tmp:size=64m,mode=1777,noexec,nosuid,nodev',
        '/run/postgresql:size=1m,mode=0750,uid=999,gid=999,noexec,nosuid,nodev',
      ],
      memory: '512M',
    },
    proof: { environment: { POSTGRES_DB: 'app', POSTGRES_USER: 'app', POSTGRES_PASSWORD: proofPassword } },
  },
  redis: {
    title: 'Redis',
    port: 6379,
    environment: { REDIS_HOST: 'HOST', REDIS_PORT: '6379' },
    secret: { file: 'redis_password', variable: 'REDIS_PASSWORD_FILE' },
    compose: {
      image: 'docker.io/library/redis:8-bookworm',
      user: '999:999',
      environment: {},
      // A configuration file that holds the password: it is in no argument list and in no environment.
      command: ['redis-server', '/run/secrets/redis_configuration'],
      // Whoever is refused for want of a password has been answered: redis-cli then ends with 0 as well.
      healthcheck: ['CMD', 'redis-cli', 'ping'],
      secrets: { redis_configuration: 'the lines "requirepass PASSWORD" and "dir /data"' },
      data: '/data',
      tmpfs: ['/tmp:size=16m,mode=1777,noexec,nosuid,nodev'],
      memory: '256M',
    },
    proof: { arguments: ['redis-server', '--requirepass', proofPassword] },
  },
}
