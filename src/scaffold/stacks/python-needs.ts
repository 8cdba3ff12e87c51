import { requireLocked } from '../locked-dependencies.ts'

/** A line of requirements.txt: a package, as the index compares names, and the version that it is pinned to. */
export interface PinnedPackage {
  name: string
  version: string
}

/**
 * What well-known packages need in every release from the one named on, whatever the platform and the extras. Without an index nothing else can be known of a list; what is not in here is not judged.
 */
const needs: Readonly<Record<string, readonly string[] | { from: number; needs: readonly string[] }>> = {
  aioboto3: ['aiobotocore'],
  aiobotocore: ['botocore', 'aiohttp'],
  aiohttp: ['multidict', 'yarl', 'attrs'],
  alembic: ['sqlalchemy', 'mako', 'typing-extensions'],
  anthropic: ['httpx', 'pydantic'],
  anyio: ['idna'],
  boto3: ['botocore', 's3transfer', 'jmespath'],
  botocore: ['jmespath', 'python-dateutil', 'urllib3'],
  celery: ['kombu', 'billiard', 'vine', 'click'],
  daphne: ['twisted', 'autobahn', 'asgiref'],
  django: { from: 3, needs: ['asgiref', 'sqlparse'] },
  'django-prometheus': ['prometheus-client'],
  djangorestframework: ['django'],
  fastapi: ['starlette', 'pydantic'],
  flask: ['werkzeug', 'jinja2', 'click', 'itsdangerous'],
  'flask-sqlalchemy': ['flask', 'sqlalchemy'],
  granian: ['click'],
  h2: ['hpack', 'hyperframe'],
  httpcore: ['h11', 'certifi'],
  httpx: ['httpcore', 'certifi', 'idna'],
  hypercorn: ['h11', 'h2', 'priority', 'wsproto'],
  jinja2: ['markupsafe'],
  kombu: ['amqp', 'vine'],
  mako: ['markupsafe'],
  motor: ['pymongo'],
  openai: ['httpx', 'pydantic'],
  'opentelemetry-sdk': ['opentelemetry-api'],
  pandas: ['numpy', 'python-dateutil'],
  'prometheus-fastapi-instrumentator': ['prometheus-client', 'starlette'],
  'prometheus-flask-exporter': ['prometheus-client', 'flask'],
  pydantic: { from: 2, needs: ['pydantic-core', 'annotated-types', 'typing-extensions'] },
  'pydantic-settings': ['pydantic', 'python-dotenv'],
  'python-dateutil': ['six'],
  quart: ['werkzeug', 'jinja2', 'click', 'hypercorn'],
  requests: ['urllib3', 'idna', 'certifi'],
  rq: ['redis', 'click'],
  s3fs: ['aiobotocore', 'fsspec'],
  s3transfer: ['botocore'],
  sqlalchemy: { from: 2, needs: ['typing-extensions'] },
  starlette: ['anyio'],
  'starlette-exporter': ['prometheus-client', 'starlette'],
  stripe: ['requests'],
  uvicorn: ['click', 'h11'],
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

function neededBy({ name, version }: PinnedPackage): readonly string[] {
  const known = Object.hasOwn(needs, name) ? needs[name] : undefined
  if (known === undefined) return []
  if ('from' in known) return Number.parseInt(version, 10) >= known.from ? known.needs : []
  return known
}
