import { requireLocked } from '../locked-dependencies.ts'

/** A line of requirements.txt: a package, as the index compares names, and the version that it is pinned to. */
export interface PinnedPackage {
  name: string
  version: string
}

type Release = readonly [major: number, minor: number]

interface Need {
  from: Release
  /** The first release that no longer needs them, or of which that is not certain. */
  until?: Release
  needs: readonly string[]
}

/**
 * What well-known packages need in every release from the one named on, whatever the Python, the platform and the extras. Without an index nothing else can be known of a list, so what is not in
 * here is not judged: a release that is named is one that certainly needs them, not always the first.
 */
const needs: Readonly<Record<string, readonly Need[]>> = {
  aioboto3: [{ from: [6, 0], needs: ['aiobotocore'] }],
  aiobotocore: [{ from: [1, 0], needs: ['botocore', 'aiohttp'] }],
  aiohttp: [
    { from: [3, 0], needs: ['multidict', 'yarl'] },
    { from: [3, 0], until: [4, 0], needs: ['attrs'] },
  ],
  alembic: [{ from: [1, 0], needs: ['sqlalchemy', 'mako'] }],
  anthropic: [{ from: [0, 10], needs: ['httpx', 'pydantic'] }],
  anyio: [{ from: [2, 0], until: [5, 0], needs: ['idna'] }],
  boto3: [{ from: [1, 5], needs: ['botocore', 's3transfer', 'jmespath'] }],
  botocore: [{ from: [1, 12], needs: ['jmespath', 'python-dateutil', 'urllib3'] }],
  celery: [
    { from: [4, 0], needs: ['kombu', 'billiard'] },
    { from: [5, 0], needs: ['vine', 'click'] },
  ],
  daphne: [{ from: [2, 0], needs: ['twisted', 'autobahn', 'asgiref'] }],
  django: [{ from: [3, 0], needs: ['asgiref', 'sqlparse'] }],
  'django-prometheus': [{ from: [2, 0], needs: ['prometheus-client'] }],
  djangorestframework: [{ from: [3, 12], needs: ['django'] }],
  fastapi: [{ from: [0, 30], needs: ['starlette', 'pydantic'] }],
  flask: [
    { from: [1, 0], needs: ['werkzeug', 'jinja2', 'click', 'itsdangerous'] },
    { from: [2, 3], needs: ['blinker'] },
  ],
  'flask-sqlalchemy': [{ from: [2, 1], needs: ['flask', 'sqlalchemy'] }],
  granian: [{ from: [2, 0], needs: ['click'] }],
  h2: [{ from: [3, 0], needs: ['hpack', 'hyperframe'] }],
  httpcore: [
    { from: [0, 12], needs: ['h11'] },
    { from: [1, 0], needs: ['certifi'] },
  ],
  httpx: [
    { from: [0, 18], until: [1, 0], needs: ['httpcore', 'certifi'] },
    { from: [0, 24], until: [1, 0], needs: ['idna'] },
    { from: [0, 27], until: [1, 0], needs: ['anyio'] },
  ],
  hypercorn: [{ from: [0, 11], needs: ['h11', 'h2', 'priority', 'wsproto'] }],
  jinja2: [{ from: [2, 9], needs: ['markupsafe'] }],
  kombu: [
    { from: [4, 0], needs: ['amqp'] },
    { from: [5, 0], needs: ['vine'] },
  ],
  mako: [{ from: [1, 0], needs: ['markupsafe'] }],
  motor: [{ from: [2, 0], needs: ['pymongo'] }],
  openai: [{ from: [1, 0], needs: ['httpx', 'pydantic'] }],
  'opentelemetry-sdk': [{ from: [1, 0], needs: ['opentelemetry-api'] }],
  pandas: [{ from: [1, 0], needs: ['numpy', 'python-dateutil'] }],
  'prometheus-fastapi-instrumentator': [
    { from: [5, 0], needs: ['prometheus-client'] },
    { from: [7, 0], needs: ['starlette'] },
  ],
  'prometheus-flask-exporter': [{ from: [0, 18], needs: ['prometheus-client', 'flask'] }],
  pydantic: [{ from: [2, 0], needs: ['pydantic-core', 'annotated-types', 'typing-extensions'] }],
  'pydantic-settings': [{ from: [2, 0], needs: ['pydantic', 'python-dotenv'] }],
  'python-dateutil': [{ from: [2, 5], needs: ['six'] }],
  quart: [{ from: [0, 15], needs: ['werkzeug', 'jinja2', 'click', 'hypercorn'] }],
  requests: [{ from: [2, 18], needs: ['urllib3', 'idna', 'certifi'] }],
  rq: [{ from: [1, 0], needs: ['redis', 'click'] }],
  s3fs: [{ from: [2021, 4], needs: ['aiobotocore', 'fsspec'] }],
  s3transfer: [{ from: [0, 2], needs: ['botocore'] }],
  sqlalchemy: [{ from: [2, 0], needs: ['typing-extensions'] }],
  starlette: [{ from: [0, 15], needs: ['anyio'] }],
  'starlette-exporter': [{ from: [0, 10], needs: ['prometheus-client', 'starlette'] }],
  stripe: [{ from: [3, 0], until: [13, 0], needs: ['requests'] }],
  uvicorn: [{ from: [0, 12], needs: ['click', 'h11'] }],
}

/** Refuses a list that names packages without those that they always need: each is pinned, and none can be imported. Throws `SOURCE`. */
export function requireNeeded(pinned: readonly PinnedPackage[]): void {
  const names = new Set(pinned.map(({ name }) => name))
  const lacking = pinned.flatMap((one) => {
    const missing = neededBy(one).filter((name) => !names.has(name))
    return missing.length === 0 ? [] : [{ name: one.name, missing }]
  })
  requireLocked(
    lacking.map(({ name }) => name).join(', '),
    'requirements.txt',
    [...new Set(lacking.flatMap(({ missing }) => missing))],
    () => false,
    'move these lines to requirements.in, then: pip-compile --generate-hashes --output-file requirements.txt requirements.in',
  )
}

/** Nothing for a release before the first or of somebody's own: it may need something else. */
function neededBy({ name, version }: PinnedPackage): readonly string[] {
  const known = Object.hasOwn(needs, name) ? needs[name] : undefined
  const released = /^(\d{1,6})(?:\.(\d{1,6}))?(?:\.\d{1,9})*(?:\.post\d{1,9})?(?=[\s;]|$)/.exec(version)
  if (known === undefined || released === null) return []
  const release: Release = [Number(released[1]), Number(released[2] ?? 0)]
  return known.flatMap((need) =>
    isBefore(release, need.from) || (need.until !== undefined && !isBefore(release, need.until)) ? [] : need.needs,
  )
}

function isBefore([major, minor]: Release, [otherMajor, otherMinor]: Release): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}
