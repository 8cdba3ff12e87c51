/** A service that a scaffold runs beside the application, on one host and in the gate. */
export type BackingService = 'postgres' | 'redis'

/** What an application needs to reach a service, and how Compose runs one. The names of its variables are read from its code. */
export interface BackingServiceFacts {
  title: string
  port: number
  /** The database, and who opens it: by its own setting, and in a URL. */
  name: string
  user: string
  userInUrl: string
  /** File with the password below /run/secrets. */
  secretFile: string
  compose: {
    image: string
    /** The user of the image's own database. */
    user: string
    environment: Readonly<Record<string, string>>
    command?: readonly string[]
    /** Files below ./secrets that it reads, and their contents. */
    secrets: Readonly<Record<string, string>>
    healthcheck: readonly string[]
    data: string
    tmpfs: readonly string[]
    memory: string
  }
  /** How the gate runs one beside the image, with a password that is valid only for that run. */
  proof: { environment?: Readonly<Record<string, string>>; arguments?: readonly string[] }
}

/** The password of the services in the gate's run. Everybody can read it in loadline.yaml. */
export const proofPassword = 'for-the-run-of-the-gate-alone'

export const backingServices: Readonly<Record<BackingService, BackingServiceFacts>> = {
  postgres: {
    title: 'PostgreSQL',
    port: 5432,
    name: 'app',
    user: 'app',
    userInUrl: 'app',
    secretFile: 'database_password',
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
    name: '0',
    user: 'default',
    userInUrl: '',
    secretFile: 'redis_password',
    compose: {
      image: 'docker.io/library/redis:8-trixie',
      user: '999:999',
      environment: {},
      // A configuration file holds the password, so that it is in no argument list or environment.
      command: ['redis-server', '/run/secrets/redis_configuration'],
      // A refusal for lack of a password is still an answer: redis-cli then also exits with 0.
      healthcheck: ['CMD', 'redis-cli', 'ping'],
      secrets: { redis_configuration: 'the lines "requirepass PASSWORD" and "dir /data"' },
      data: '/data',
      tmpfs: ['/tmp:size=16m,mode=1777,noexec,nosuid,nodev'],
      memory: '256M',
    },
    proof: { arguments: ['redis-server', '--requirepass', proofPassword] },
  },
}
