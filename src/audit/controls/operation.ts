import { eachOr, on, type Control } from '../control.ts'
import { holdsCredential } from '../credential.ts'

export const swarm: Control = {
  id: 'cis-5.1',
  title: 'Swarm mode is off where nobody uses it',
  severity: 'low',
  remedy: 'docker swarm leave, on hosts that are in none.',
  neverFails: 'It is a state of the host.',
  ofContainer: (container) =>
    container.platform === 'kubernetes'
      ? [on(container, 'not-applicable', 'no Docker daemon')]
      : [on(container, 'inherited', 'a state of the host: docker info says it')],
}

export const privilegedExec: Control = {
  id: 'cis-5.23',
  title: 'Nobody enters containers with docker exec --privileged',
  severity: 'medium',
  remedy: 'Look for it in the audit log of the hosts.',
  neverFails: 'It is something that people do, and no file says it.',
  ofContainer: (container) => [on(container, 'manual', 'the audit log of the host tells')],
}

export const rootExec: Control = {
  id: 'cis-5.24',
  title: 'Nobody enters containers with docker exec --user root',
  severity: 'medium',
  remedy: 'Look for it in the audit log of the hosts.',
  neverFails: 'It is something that people do, and no file says it.',
  ofContainer: (container) => [on(container, 'manual', 'the audit log of the host tells')],
}

export const currentImage: Control = {
  id: 'cis-5.28',
  title: 'Hosts run the current build of an image, not one that lay in a cache',
  severity: 'low',
  remedy: 'Deploy by digest, and roll out every new build.',
  neverFails: 'Which build is current is known to the registry and to people.',
  ofContainer: (container) => [
    on(
      container,
      'manual',
      container.image === undefined
        ? 'built on the host'
        : `${container.image.value}: say whether it is the current one`,
      container.image,
    ),
  ],
}

export const environmentSecrets: Control = {
  id: 'practice-environment-secret',
  title: 'No credential is written into the environment of a deployment',
  severity: 'critical',
  remedy: 'Replace the credential, and hand it over as a secret: a file below /run/secrets, or valueFrom.secretKeyRef.',
  ofContainer: (container) =>
    eachOr(
      container.environment
        .filter(({ value }) => holdsCredential(value.name, value.value))
        .map((entry) => on(container, 'fail', `${entry.value.name} holds a credential`, entry, entry.value.name)),
      on(container, 'pass', 'no variable that looks like a credential'),
    ),
}
