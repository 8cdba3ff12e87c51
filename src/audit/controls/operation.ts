import type { Container } from '../container.ts'
import { eachOr, on, type Control } from '../control.ts'
import { isBuilt } from './build-practice.ts'
import { credentialsIn, credentialsInText } from '../credential-in-command.ts'
import { holdsCredential, labelHoldsCredential } from '../credential.ts'
import type { Place } from '../input/placed.ts'
import { userKind } from '../root-name.ts'
import { programsOf } from '../started-programs.ts'

export const swarm: Control = {
  id: 'cis-5.1',
  title: 'Swarm mode is off unless it is used',
  severity: 'low',
  remedy: 'Run docker swarm leave on hosts that need no swarm.',
  neverFails: 'It is a state of the host.',
  ofContainer: (container) =>
    container.platform === 'kubernetes'
      ? [on(container, 'not-applicable', 'no Docker daemon')]
      : [on(container, 'inherited', 'a state of the host: docker info shows it')],
}

export const privilegedExec: Control = {
  id: 'cis-5.23',
  title: 'Nobody enters containers with docker exec --privileged',
  severity: 'medium',
  remedy: "Look for it in the hosts' audit logs.",
  ofContainer: (container) =>
    eachOr(
      container.hooks
        .filter(({ value }) => value.privileged !== false)
        .map((hook) =>
          on(
            container,
            hook.value.privileged === true ? 'fail' : 'manual',
            `its ${hook.value.what} hook is ${hook.value.privileged === true ? '' : 'possibly '}privileged`,
            hook,
          ),
        ),
      on(container, 'manual', "the host's audit log shows it"),
    ),
}

export const rootExec: Control = {
  id: 'cis-5.24',
  title: 'Nobody enters containers with docker exec --user root',
  severity: 'medium',
  remedy: "Look for it in the hosts' audit logs.",
  ofContainer: (container) =>
    eachOr(
      container.hooks
        .filter(({ value }) => value.user !== '' && userKind(value.user) === 'root')
        .map((hook) => on(container, 'fail', `its ${hook.value.what} hook runs as ${hook.value.user}`, hook)),
      on(container, 'manual', "the host's audit log shows it"),
    ),
}

export const currentImage: Control = {
  id: 'cis-5.28',
  title: 'Hosts run the current build of an image, not a cached one',
  severity: 'low',
  remedy: 'Deploy by digest, and roll out every new build.',
  neverFails: 'Only the registry and people know which build is current.',
  ofContainer: (container) => [
    on(
      container,
      'manual',
      container.image === undefined
        ? isBuilt(container)
          ? 'built on the host'
          : 'it names no image'
        : `${container.image.value}: decide whether it is the current one`,
      container.image,
    ),
  ],
}

export const environmentSecrets: Control = {
  id: 'practice-environment-secret',
  title: 'No credential is written into the environment or the configuration of a deployment',
  severity: 'critical',
  remedy: 'Replace the credential, and pass it as a secret: a file below /run/secrets, or valueFrom.secretKeyRef.',
  ofContainer: (container) =>
    eachOr(
      [
        ...container.environment
          .filter(({ value }) =>
            (value.of === 'label' ? labelHoldsCredential : holdsCredential)(value.name, value.value),
          )
          .map((entry) =>
            on(
              container,
              'fail',
              `${entry.value.of === 'environment' ? '' : `${entry.value.of} `}${entry.value.name} holds a credential`,
              entry,
              entry.value.name,
            ),
          ),
        ...inCommands(container).map(({ name, where, place }) =>
          on(container, 'fail', `${where} holds a credential: ${name}`, place, name),
        ),
      ],
      on(container, 'pass', 'no variable or argument that looks like a credential'),
    ),
  ofConfiguration: ({ name: about, entries }) =>
    entries.flatMap(({ path, line, value: { name, value } }) =>
      [...new Set(holdsCredential(name, value) ? [name] : credentialsInText(withoutReferences(value)))].map(
        (subject) => ({
          status: 'fail',
          found: subject === name ? `${name} holds a credential` : `its ${name} holds a credential: ${subject}`,
          about,
          subject,
          place: { path, line },
        }),
      ),
    ),
}

/** `password: $email-password` and the like: the program that reads the file looks the value up. */
function withoutReferences(text: string): string {
  return text.replaceAll(/^.*[=:]\s*["']?\$[\w.{(-].*$/gm, '')
}

/** Credentials in its commands and in the texts that it is given. */
function inCommands({
  command,
  sideCommands,
  writtenTexts,
}: Container): Array<{ name: string; where: string; place: Place }> {
  const [first] = command
  const commands =
    first === undefined ? sideCommands : [{ ...first, value: command.map(({ value }) => value) }, ...sideCommands]
  return [
    ...commands.flatMap((place) =>
      programsOf(place.value)
        .flatMap(credentialsIn)
        .map((name) => ({ name, where: 'its command', place })),
    ),
    ...writtenTexts.flatMap((place) =>
      credentialsInText(place.value).map((name) => ({ name, where: 'a config', place })),
    ),
  ]
}

export const obsoleteVersion: Control = {
  id: 'practice-obsolete-version',
  title: 'A compose file has no "version": Compose ignores it and warns',
  severity: 'low',
  remedy: 'Remove the key.',
  ofContainer(container) {
    if (container.platform !== 'compose') return [on(container, 'not-applicable', 'no compose file')]
    const { fileVersion } = container
    if (fileVersion === undefined) return [on(container, 'pass', 'no version')]
    const { path, line } = fileVersion
    return [{ status: 'fail', found: `version ${fileVersion.value}`, about: path, subject: '', place: { path, line } }]
  },
}
