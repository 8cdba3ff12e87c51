import type { Application } from '../application.ts'
import { permissionsFor } from '../aws-services.ts'
import { backingServices } from '../backing-services.ts'
import { conditionText, type Part, type UsedSetting } from '../settings/uses.ts'
import { secretVariables } from './environment.ts'
import { inCell, inCode } from './markdown-text.ts'

const parts: Readonly<Record<Part, string>> = {
  url: 'the URL',
  host: 'the host',
  address: 'host and port',
  port: 'the port',
  name: 'the database',
  user: 'the user',
  password: 'the password',
  'password-file': 'the file with the password',
  'tls-mode': '`verify-full`, the mode of TLS',
}

/** deploy/settings.md: every environment variable that the code reads, where, and who gives it a value. */
export function settingsDocument(application: Application): string {
  const { name, settings, needs, others, aws } = application
  const secrets = new Map(secretVariables(application).map((variable) => [variable.name, variable]))
  const whose = ({ name: variable, use, fallback, required, condition }: UsedSetting): string => {
    const when = condition === undefined ? '' : `, ${conditionText(condition)}`
    const secret = secrets.get(variable)
    const store = secret === undefined ? '' : `, from the secret \`${name}-${secret.group}\`, key \`${secret.key}\``
    if (use.by === 'service')
      return `${parts[use.part]} of ${backingServices[use.service].title}${store}${endOf(application, use)}`
    if (use.by === 'secret') return `a secret${store}${when}`
    if (use.by === 'scaffold') return 'the image or the deployment'
    if (use.by === 'answer') return `${inCode(use.value)}, answered in deploy/scaffold.yaml`
    if (use.by === 'choice')
      return `\`${use.value}\`, which is the code's own word for ${backingServices[use.service].title}`
    if (use.by === 'identity') return 'nobody: the identity of the workload stands in for long-lived keys'
    if (use.by === 'open')
      return `**open**${when}: give it under "settings" in deploy/scaffold.yaml, or its name under "secrets" there${required ? '' : ', if it is used'}`
    if (use.by === 'unneeded') return 'nobody: not needed, as answered in deploy/scaffold.yaml'
    if (condition !== undefined) return `nobody: needed ${conditionText(condition)}`
    return fallback === undefined ? 'nobody: the code does without' : `nobody: the code takes ${inCode(fallback)}`
  }
  const rows = settings.map(
    (setting) =>
      `| \`${setting.name}\` | ${setting.path === '' ? 'not found in the code' : inCell(inCode(setting.path))} | ${inCell(whose(setting))} |`,
  )
  return [
    `# Settings of ${name}`,
    '',
    'Read from the code that goes into the image. Nothing else is set: a variable that is missing here is one that the code does not show. A password inside a URL is percent-encoded.',
    '',
    ...(rows.length === 0
      ? ['The code reads no environment variable.']
      : ['| variable | read in | set by |', '| --- | --- | --- |', ...rows]),
    '',
    ...needs.map(
      (need) => `- ${backingServices[need].title} runs beside it where the platform is one host, and in the gate.`,
    ),
    ...others.map(({ title, library }) =>
      title === 'S3' && aws?.storage !== undefined
        ? `- S3 (\`${library}\`): ${permissions(aws.storage)}`
        : (ofAws(application, title, library) ??
          `- ${title} (\`${library}\`) is left to you: nothing here runs it or allows traffic to it.`),
    ),
    '',
  ]
    .join('\n')
    .replace(/(?<!\n)\n+$/, '\n')
}

/** Another service of AWS, and what its role has to get. */
function ofAws({ aws }: Application, title: string, library: string): string | undefined {
  const service = aws?.services.find((one) => one.title === title)
  return service === undefined
    ? undefined
    : `- ${title} (\`${library}\`): its role on AWS has nothing for it. Add ${permissionsFor(service)}.`
}

/** What the role may do, and whether that is known. */
function permissions({ objects, bucket, shown }: NonNullable<NonNullable<Application['aws']>['storage']>): string {
  const actions = [...objects, ...bucket].map((action) => `\`${action}\``).join(', ')
  return shown
    ? `its calls need ${actions}, and its role on AWS has no other permissions.`
    : `no call of it was recognised, so its role on AWS has ${actions}. Narrow it.`
}

/** What the URL of a database must end with, where its client is told by the URL to verify the server. */
function endOf({ databaseTls }: Application, { service, part }: { service: string; part: Part }): string {
  const query = service === 'postgres' && part === 'url' ? (databaseTls?.query ?? '') : ''
  return query === '' ? '' : `, ending with \`${query}\``
}
