import type { StackReading } from '../application.ts'

export type PythonServer = 'uvicorn' | 'gunicorn'

/** Where the image has what this file describes, and where the source has it. */
const inImage = '/observing'
const inSource = 'deploy/observing'

/** The server's configuration of Python's logging, in the image. */
export const logConfiguration = `${inImage}/logging.json`

/** gunicorn's own configuration, which names that one. */
export const gunicornConfiguration = `${inImage}/gunicorn.conf.py`

/** What makes an application of Python tell what it does, without a change of its code. */
interface Observing extends Pick<StackReading, 'observing' | 'jsonLogs' | 'traced'> {
  /** The module that is run, after what starts it. */
  started: readonly string[]
  /** The directory to search for modules; empty if there is nothing to add. */
  modules: string
  /** The line of the Dockerfile. */
  copy: string
}

/**
 * JSON logs where a server is started that takes a configuration of Python's logging, and OpenTelemetry's own instrumentation where its distribution and its exporter by HTTP
 * are locked: without the first nothing configures the SDK, and without the second nothing is sent.
 * https://opentelemetry.io/docs/zero-code/python/
 */
export function observingPython(
  { server, module }: { server?: PythonServer; module: string },
  packages: ReadonlySet<string>,
): Observing {
  const traces =
    packages.has('opentelemetry-distro') &&
    ['opentelemetry-exporter-otlp-proto-http', 'opentelemetry-exporter-otlp'].some((name) => packages.has(name))
  const files = {
    ...(server === undefined
      ? {}
      : {
          [`${inSource}/json_lines.py`]: 'json_lines.py',
          [`${inSource}/logging.json`]: `logging-${server}.json`,
          ...(server === 'gunicorn' ? { [`${inSource}/gunicorn.conf.py`]: 'gunicorn.conf.py' } : {}),
        }),
    ...(traces ? { [`${inSource}/traced.py`]: 'traced.py' } : {}),
  }
  const any = Object.keys(files).length > 0
  return {
    observing: files,
    started: traces ? ['traced', module] : [module],
    modules: any ? inImage : '',
    copy: any ? `COPY ${inSource} ${inImage}` : '',
    ...(server === undefined
      ? {}
      : {
          jsonLogs: `${server} writes JSON, one object per line: its own lines, requests, and what the code gives to Python's \`logging\` (\`${inSource}/logging.json\`); what it prints by other means stays as it is.`,
        }),
    ...(traces
      ? { traced: `\`${inSource}/traced.py\` starts the instrumentations of its libraries that are locked.` }
      : {}),
  }
}
