import type { Application } from '../application.ts'
import { regulated } from '../compliance.ts'
import { runtimes } from '../runtimes.ts'
import { yamlFile } from '../yaml-file.ts'

/** loadline.yaml: what this application asks of its gate, beyond the default or the strict policy. */
export function policy({ name, language, port, compliance }: Application): string {
  const { sizeClass, size } = runtimes[language]
  const strict = regulated(compliance)
  return yamlFile(
    `What the gate asks of this image: "loadline policy explain RULE" says more. ${strict ? 'It stands on the strict policy because the application is regulated; that one also wants a list of exploited vulnerabilities (--known-exploited).' : 'It stands on the default policy.'}${size === undefined ? '' : ` ${size.because}`}`,
    {
      version: 1,
      ...(strict ? { extends: 'strict' } : {}),
      image: { name, class: sizeClass },
      ...(size === undefined ? {} : { size: { unpacked: size.unpacked } }),
      configuration: { shells: 'deny', ports: [port] },
    },
  )
}
