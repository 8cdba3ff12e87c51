import type { Artifact } from './artifact.ts'
import { answersFile, answersPath } from './artifacts/answers-file.ts'
import { cloudRun } from './artifacts/cloud-run.ts'
import { compose } from './artifacts/compose.ts'
import { authorityInImage, bringsAuthority, noAuthorityYet } from './artifacts/database-authority.ts'
import { deploymentDocument } from './artifacts/deployment-document.ts'
import { dockerfile } from './artifacts/dockerfile.ts'
import { dockerignore } from './artifacts/dockerignore.ts'
import { ecs } from './artifacts/ecs.ts'
import { kubernetes } from './artifacts/kubernetes/index.ts'
import { policy } from './artifacts/policy.ts'
import { questionsDocument } from './artifacts/questions-document.ts'
import { seccomp } from './artifacts/seccomp.ts'
import { settingsDocument } from './artifacts/settings-document.ts'
import { structureTest } from './artifacts/structure-test.ts'
import { workflow } from './artifacts/workflow.ts'
import { runtimes } from './runtimes.ts'
import { templateOf } from './templates.ts'

/** Every file of a scaffold. A new one is a file below `artifacts/` and a line here. */
export const artifacts: readonly Artifact[] = [
  inApplication(({ application, templates, lock }) => ({ Dockerfile: dockerfile(application, templates, lock) })),
  inApplication(({ application }) => ({ '.dockerignore': dockerignore(application) })),
  inApplication(({ application }) => ({ 'loadline.yaml': policy(application) })),
  inApplication(({ application }) => ({ 'structure-test.yaml': structureTest(application) })),
  inApplication(({ application: { language }, templates }) => ({
    [runtimes[language].healthcheck.path]: templateOf(templates, runtimes[language].healthcheck.template),
  })),
  inApplication(({ application: { observing = {} }, templates }) =>
    Object.fromEntries(Object.entries(observing).map(([path, template]) => [path, templateOf(templates, template)])),
  ),
  inApplication(({ application }) =>
    application.targets.includes('compose')
      ? { 'compose.yaml': compose(application), 'deploy/seccomp.json': seccomp() }
      : {},
  ),
  inApplication(({ application }) =>
    bringsAuthority(application) ? { [authorityInImage]: noAuthorityYet(application) } : {},
  ),
  inApplication(({ application }) => (application.targets.includes('kubernetes') ? kubernetes(application) : {})),
  inApplication(({ application }) => (application.targets.includes('ecs') ? ecs(application) : {})),
  inApplication(({ application }) =>
    application.targets.includes('cloud-run') ? { 'deploy/cloud-run/service.yaml': cloudRun(application) } : {},
  ),
  inApplication(({ application, templates }) => ({ 'DEPLOYMENT.md': deploymentDocument(application, templates) })),
  inApplication(({ application }) => ({ 'deploy/questions.md': questionsDocument(application) })),
  inApplication(({ application }) => ({ 'deploy/settings.md': settingsDocument(application) })),
  inApplication(({ answers, application }) => ({ [answersPath]: answersFile(answers, application) })),
  // Workflows are read at the root of the repository alone.
  ({ application }) => workflow(application),
]

/** Puts an artifact's files into the application's folder. */
function inApplication(artifact: Artifact): Artifact {
  return (input) => {
    const { path } = input.application
    return Object.fromEntries(
      Object.entries(artifact(input)).map(([file, text]) => [path === '' ? file : `${path}/${file}`, text]),
    )
  }
}
