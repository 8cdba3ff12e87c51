import type { Application } from '../application.ts'
import { backingServices, proofPassword } from '../backing-services.ts'
import { regulated } from '../compliance.ts'
import { runtimes } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'
import { secretFolder, serviceEnvironment } from './environment.ts'

/** loadline.yaml: what this application requires of the gate beyond the default or the strict policy. */
export function policy(application: Application): string {
  const { name, language, port, compliance } = application
  const { sizeClass, size } = runtimes[language]
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

/**
 * The limits of production, and the services that the application has there, under the same names and with the secrets in the same files.
 */
function run(application: Application): Record<string, unknown> {
  const { language, needs } = application
  const { memory, cpu, startSeconds } = runtimes[language]
  const limits = { memory: `${memory} MiB`, cpus: cpu.limit / 1000, readySeconds: Math.max(30, startSeconds * 2) }
  if (needs.length === 0) return limits
  return {
    ...limits,
    environment: serviceEnvironment(application, { hostOf: (service) => service }),
    files: Object.fromEntries(
      needs.map((need) => [`${secretFolder}/${backingServices[need].secret.file}`, proofPassword]),
    ),
    services: Object.fromEntries(
      needs.map((need) => [
        need,
        {
          image: backingServices[need].compose.image,
          ports: [backingServices[need].port],
          ...backingServices[need].proof,
        },
      ]),
    ),
  }
}
