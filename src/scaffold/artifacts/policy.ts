import type { Application } from '../application.ts'
import { backingServices, proofPassword } from '../backing-services.ts'
import { regulated } from '../compliance.ts'
import { sizeBudgets } from '../../policy/fixed-numbers.ts'
import { runtimeOf } from '../resources.ts'
import type { Runtime } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { passwordFiles, secretFolder, secretValue, secretVariables, settingsEnvironment } from './environment.ts'

/** loadline.yaml: what this application requires of the gate beyond the default or the strict policy. */
export function policy(application: Application): string {
  const { name, port, compliance } = application
  const { sizeClass, size = sizeOfLibraries(application) } = runtimeOf(application)
  const strict = regulated(compliance)
  return yamlFile(
    `What the gate requires of this image: "loadline policy explain RULE" explains a rule. ${strict ? 'It extends the strict policy because the application is regulated; that policy also requires a list of exploited vulnerabilities (--known-exploited).' : 'It extends the default policy.'}${size === undefined ? '' : ` ${size.because}`}`,
    {
      version: 1,
      ...(strict ? { extends: 'strict' } : {}),
      image: { name, class: sizeClass },
      ...(size === undefined ? {} : { size: { unpacked: size.unpacked } }),
      runtime: run(application),
      configuration: { shells: 'deny', ports: [port] },
    },
  )
}

/** boto3 was seen to take an image of Python with a web server and the client of a database to 121 MB. */
function sizeOfLibraries({ language, aws }: Application): Runtime['size'] {
  if (language !== 'python' || !/boto/.test(aws?.library ?? '')) return undefined
  return {
    unpacked: '150 MB',
    because: `boto3 comes with a description of every service of AWS, for which the ${sizeBudgets.interpreted} that an interpreted service has by default are too little.`,
  }
}

/** Beside the image in the gate there is no collector, and looking for one would hold up its end. */
const withoutCollector = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }

/**
 * The limits of production, and the services that the application has there, under the same names and with the secrets in the same files.
 */
function run(application: Application): Record<string, unknown> {
  const { needs } = application
  const secrets = secretVariables(application).map((variable) => [
    variable.name,
    secretValue(application, variable, variable.group, proofPassword, application.databaseTls?.withoutTls),
  ])
  const environment = {
    ...(application.tracing === undefined ? {} : withoutCollector),
    ...settingsEnvironment(application, { hostOf: (service) => service }),
    ...Object.fromEntries(secrets),
  }
  const files = passwordFiles(application).map(({ service }) => [
    `${secretFolder}/${backingServices[service].secretFile}`,
    proofPassword,
  ])
  const { memory, cpu, startSeconds } = runtimeOf(application)
  const limits = { memory: `${memory} MiB`, cpus: cpu.limit / 1000, readySeconds: Math.max(30, startSeconds * 2) }
  const services = needs.map((need) => {
    const { compose, port, proof } = backingServices[need]
    return [need, { image: compose.image, ports: [port], ...proof }]
  })
  return {
    ...limits,
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(files.length === 0 ? {} : { files: Object.fromEntries(files) }),
    ...(services.length === 0 ? {} : { services: Object.fromEntries(services) }),
  }
}
