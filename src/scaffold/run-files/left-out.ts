import { isSecretFile } from '../secret-file.ts'
import { describes, isTest, notSource, topOf, type SourceTree } from '../source-tree.ts'

/** What serves people, tools, tests and deployment, by the first part of a path. */
const notOfProgram =
  /^(?:\..*|loadline[.-].*|structure-test\.ya?ml|known-exploited\.json|docs?|documentation|deploy(?:ment)?s?|charts?|helm|k8s|kubernetes|kustomize|terraform|infra\w*|ops|ci|docker|scripts?|tools?|hack|bin|build|out|coverage|examples?|samples?|benches|bench|benchmarks?|mocks?|fixtures|patches|setup|dev|Makefile.*|Dockerfile.*|.*\.Dockerfile|.*compose.*\.ya?ml|Procfile|Taskfile.*|Justfile|Tiltfile|Jenkinsfile|Vagrantfile|skaffold.ya?ml|LICEN[CS]E.*|COPYING.*|NOTICE.*|AUTHORS.*|CHANGELOG.*|CODEOWNERS|VERSION|.*\.(?:md|rst|adoc|sh|bash|ps1|bat|cmd|png|jpe?g|gif|svg|lock|cfg|in|nix|http|code-workspace|sum|work)|.*\.config\.\w+|.*(?:eslint|prettier|jest|mocha|renovate|babel|nodemon|tsconfig|nest-cli|pytest|tox|mypy|ruff|flake8|pylint|codecov|netlify|mkdocs|crowdin|cliff|sqlc|buf|sonar|gradle|mvnw|alembic|sbom|suppression|catalog-info|clippy|rustfmt|rust-toolchain|deny)[\w.-]*|app\.json|package\.json|.*requirements.*|e2e|tests?|spec|cypress)$/i

/** A note on what is at the top of the source and in no image, because nothing was seen that reads it. */
export function leftOutNotes(tree: SourceTree, taken: readonly string[]): string[] {
  // Of a folder of which something is taken, the rest is what nobody asked for.
  const takenFrom = new Set(taken.map(topOf))
  const left = tree.paths.filter((path) => {
    const first = topOf(path)
    return (
      !takenFrom.has(first) &&
      !notSource.has(first) &&
      !notOfProgram.test(first) &&
      !describes(path) &&
      !isTest(path) &&
      !isSecretFile(path)
    )
  })
  const tops = [...new Set(left.map(topOf))]
  return tops.length === 0
    ? []
    : [
        `Not in the image, because no code was seen that reads it: ${tops.slice(0, 10).join(', ')}${tops.length > 10 ? ` and ${tops.length - 10} more` : ''}. What the program reads of it while it runs needs a line in .dockerignore and a COPY in the Dockerfile.`,
      ]
}
