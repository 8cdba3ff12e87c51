import type { Language, Traces } from './application.ts'
import type { Code } from './settings/setting.ts'

/** SDKs of OpenTelemetry that send what they trace; its interface alone sends nothing. */
const opentelemetry =
  /^(opentelemetry-(sdk|distro|exporter-otlp\S*|spring-boot-starter|otlp)|@opentelemetry\/(sdk-node|sdk-trace-node|auto-instrumentations-node|exporter-trace-otlp-\S+|exporter-otlp-\S+)|go\.opentelemetry\.io\/otel\/sdk|micrometer-tracing-bridge-otel)$/

/** Exporters of traces that code takes by name, whatever the environment says. */
const inCode: Readonly<Record<Language, { grpc: RegExp; http: RegExp; endpoint: RegExp }>> = {
  python: {
    grpc: /\botlp\.proto\.grpc\b(?!\._?(?:metric|log))/,
    http: /\botlp\.proto\.http\b(?!\._?(?:metric|log))/,
    endpoint: /\bOTLPSpanExporter\(\s*(?:[^()]{0,400}\bendpoint\s*=|[\w.]+\s*[,)]|f?["'])/g,
  },
  node: {
    grpc: /exporter-(?:trace-)?otlp-grpc\b/,
    http: /exporter-(?:trace-)?otlp-(?:http|proto)\b/,
    endpoint: /\bOTLPTraceExporter\(\s*(?:[^()]{0,400}\burl\b|[\w.]+\s*\))/g,
  },
  go: {
    grpc: /\botlptracegrpc\b/,
    http: /\botlptracehttp\b/,
    endpoint: /\botlptrace(?:grpc|http)\.With(?:Endpoint|EndpointURL|GRPCConn)\(/g,
  },
  java: {
    grpc: /\bOtlpGrpcSpanExporter\b/,
    http: /\bOtlpHttpSpanExporter\b/,
    endpoint: /\bOtlp(?:Grpc|Http)SpanExporter\b[\s\S]{0,400}?\.setEndpoint\(/g,
  },
  rust: {
    grpc: /\b(?:with_)?tonic\(\)/,
    http: /\bwith_http\(\)|\.http\(\)/,
    endpoint: /\.with_endpoint\(/g,
  },
}

/** Libraries of one protocol alone, which count where the code names no exporter; the SDKs beside them that take the protocol from the environment have both. */
const locked = {
  grpc: /^(?:opentelemetry-exporter-otlp-proto-grpc|@opentelemetry\/exporter-(?:trace-)?otlp-grpc|go\.opentelemetry\.io\/otel\/exporters\/otlp\/otlptrace\/otlptracegrpc)$/,
  other:
    /^(?:opentelemetry-exporter-otlp-proto-http|@opentelemetry\/(?:exporter-(?:trace-)?otlp-(?:http|proto)|sdk-node|auto-instrumentations-node)|go\.opentelemetry\.io\/otel\/exporters\/otlp\/otlptrace\/otlptracehttp|go\.opentelemetry\.io\/contrib\/exporters\/autoexport)$/,
}

/** What sends traces, if a library that does is locked. */
export function tracesOf(
  libraries: ReadonlySet<string>,
  code: readonly Code[],
  language: Language,
): Traces | undefined {
  const names = [...libraries]
  if (!names.some((name) => opentelemetry.test(name))) return undefined
  const { grpc, http, endpoint } = inCode[language]
  // Of Rust the names of the calls are common ones.
  const sending = language === 'rust' ? code.filter(({ text }) => text.includes('opentelemetry_otlp')) : code
  const [byGrpc, byHttp] = [grpc, http].map((form) => sending.some(({ text }) => form.test(text)))
  const onlyGrpcLocked = names.some((name) => locked.grpc.test(name)) && !names.some((name) => locked.other.test(name))
  return {
    protocol: byHttp !== true && (byGrpc === true || onlyGrpcLocked) ? 'grpc' : 'http/protobuf',
    own: ownEndpoint(sending, endpoint) ?? ofSpring(libraries),
  }
}

/** The file that gives the exporter an endpoint, other than that of the environment. */
function ownEndpoint(code: readonly Code[], form: RegExp): Traces['own'] {
  const giving = code.find(({ text }) =>
    [...text.matchAll(form)].some(
      ({ index, 0: all }) => !/\bOTEL_EXPORTER_OTLP_/.test(text.slice(index, index + all.length + 100)),
    ),
  )
  return giving === undefined
    ? undefined
    : { where: `The code (\`${giving.path}\`)`, change: 'give the endpoint there, or the setting that it is read from' }
}

/** Spring Boot's own tracing does not read the variables of OpenTelemetry: https://docs.spring.io/spring-boot/reference/actuator/tracing.html */
function ofSpring(libraries: ReadonlySet<string>): Traces['own'] {
  return libraries.has('micrometer-tracing-bridge-otel') && !libraries.has('opentelemetry-spring-boot-starter')
    ? {
        where: "Spring Boot's property `management.otlp.tracing.endpoint`",
        change: 'set it, e.g. as `MANAGEMENT_OTLP_TRACING_ENDPOINT` under `settings` in `deploy/scaffold.yaml`',
      }
    : undefined
}

/** The port on which every collector takes OTLP by this protocol. */
export function collectorPort({ protocol }: Traces): number {
  return protocol === 'grpc' ? 4317 : 4318
}

/** What a person has to do before traces arrive. */
export function tracesNote({ own, protocol }: Traces): string | undefined {
  if (own === undefined) return undefined
  const taken = protocol === 'grpc' ? 'gRPC' : 'HTTP'
  return `${own.where} says where traces go, and not \`OTEL_EXPORTER_OTLP_ENDPOINT\`: ${own.change}. Until that is the collector, which takes OTLP by ${taken} on port ${collectorPort({ own, protocol })}, none arrive.`
}
