import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { Flags, FlagsFull, isOn, type Flag } from './flags.ts'

const flagName = { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100 } as const
const byName = { type: 'object', properties: { name: flagName }, required: ['name'] } as const
const quiet = new Set(['/health', '/ready', '/metrics'])

/** The HTTP interface over flags. It is ready from listening until it begins to close. */
export function createServer(flags: Flags, logger: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16 * 1024,
    requestTimeout: 10_000,
  })
  let ready = false
  app.addHook('onListen', async () => {
    ready = true
  })
  app.addHook('preClose', async () => {
    ready = false
  })
  measure(app, flags)

  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/ready', async (_request, reply) =>
    reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' }),
  )

  app.get('/flags', async () => flags.list())
  app.put<{ Params: { name: string }; Body: Omit<Flag, 'name'> }>(
    '/flags/:name',
    {
      schema: {
        params: byName,
        body: {
          type: 'object',
          properties: {
            enabled: { type: 'boolean' },
            rollout: { type: 'integer', minimum: 0, maximum: 100, default: 100 },
          },
          required: ['enabled'],
          additionalProperties: false,
        },
      },
    },
    async (request, reply) => {
      const flag = { name: request.params.name, ...request.body }
      try {
        flags.set(flag)
      } catch (error) {
        if (error instanceof FlagsFull) return reply.code(507).send({ error: error.message })
        throw error
      }
      return flag
    },
  )
  app.get<{ Params: { name: string }; Querystring: { subject: string } }>(
    '/flags/:name',
    {
      schema: {
        params: byName,
        querystring: {
          type: 'object',
          properties: { subject: { type: 'string', minLength: 1, maxLength: 200 } },
          required: ['subject'],
        },
      },
    },
    async (request, reply) => {
      const flag = flags.find(request.params.name)
      if (flag === undefined) return reply.code(404).send({ error: 'no such flag' })
      return { name: flag.name, on: isOn(flag, request.query.subject) }
    },
  )
  app.delete<{ Params: { name: string } }>('/flags/:name', { schema: { params: byName } }, async (request, reply) =>
    flags.remove(request.params.name) ? reply.code(204).send() : reply.code(404).send({ error: 'no such flag' }),
  )
  return app
}

/** Counts, times and logs each request under its route, not its path: a path would give one time series per flag. */
function measure(app: FastifyInstance, flags: Flags): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route'],
    registers: [registry],
  })
  new Gauge({
    name: 'flags',
    help: 'Flags that are kept.',
    registers: [registry],
    collect() {
      this.set(flags.size)
    },
  })

  app.addHook('onResponse', async (request, reply) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'unmatched' }
    requests.inc({ ...labels, status: reply.statusCode })
    duration.observe(labels, reply.elapsedTime / 1000)
    // Probes and scrapes come every few seconds and say nothing while they succeed.
    const level = quiet.has(labels.route) && reply.statusCode < 400 ? 'debug' : 'info'
    request.log[level](
      { ...labels, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime * 10) / 10 },
      'request',
    )
  })
  // Fastify's own line for a failed request went with its request log.
  app.addHook('onError', async (request, _reply, error) => {
    if ((error.statusCode ?? 500) >= 500) request.log.error(error, 'request failed')
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
