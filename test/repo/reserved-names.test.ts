import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { read, root } from './source-files.ts'

/** What people copy: code, documentation, the action, the workflows, the examples and what a scaffold writes. */
const copied = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.(ts|mjs|md|ya?ml|json|sh|tmpl|go|java|rs|py|html|Dockerfile)$|Dockerfile$|^\.ci\//.test(path))
  .filter((path) => !/^test\/(?!golden\/scaffold\/)|package-lock\.json$|^toolchain\/go\/|^schema\//.test(path))
  .map((path) => ({ path, text: read(path) }))

/** Every match of the first group, with where it stands. */
function found(pattern: RegExp): Array<{ path: string; name: string }> {
  return copied.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, name = '']) => ({ path, name: name.toLowerCase() })),
  )
}

const words = (text: string) => new Set(text.trim().split(/\s+/))

/** Owners on GitHub whose projects are meant by what names them. */
const ownersOnGithub = words(`
  actions advisories aquasecurity aws code-security compose-spec containerd containers dagger distribution docker elastic github google googlecontainertools hadolint in-toto kelseyhightower klauspost
  knqyf263 masahiro331 moby nektos opencontainers openvex package-url pandatix prometheus sigstore spf13 stripe ulikunitz wagoodman vito
`)

/** Publishers on public registries of images whose images are meant. */
const publishers = words(`
  docker.io/aquasec docker.io/docker docker.io/hadolint docker.io/library docker.io/v1 docker.io/wagoodman gcr.io/aquasec gcr.io/distroless gcr.io/gcp-runtimes
  gcr.io/go-containerregistry ghcr.io/aquasecurity ghcr.io/sigstore ghcr.io/googlecontainertools public.ecr.aws/aquasecurity public.ecr.aws/aws-observability cgr.dev/chainguard
`)

/** Accounts by which publishers sign their images: their own projects at Google. */
const signers = words('projectsigstore.iam.gserviceaccount.com distroless.iam.gserviceaccount.com')

/** By RFC 2606 and RFC 6761 nobody can have these. */
const isReserved = (host: string) =>
  /(^|\.)(example|test|invalid|localhost|localdomain|example\.(com|net|org))$/.test(host)

describe('a name that anybody could take', () => {
  it('stands in nothing that people copy: the package of Loadline is run from no registry of packages [fault 79]', () => {
    expect(
      found(/\b(?:npx|npm (?:exec|install|i|add)|pnpm (?:dlx|add)|yarn (?:dlx|add)|bunx)((?: -\S+)* @?loadline\b\S*)/g),
    ).toEqual([])
    expect(found(/"(@?loadline(?:\/[\w-]+)?)": "(?!file:)[\^~]?\d/g)).toEqual([])
  })

  it('is not an owner of code that is run or linked [fault 79]', () => {
    const owners = [
      ...found(/github\.com[/:]([A-Za-z0-9_.-]+)\/[A-Za-z0-9_.-]/g),
      ...found(/uses: ([A-Za-z0-9_.-]+)\/[\w./-]+@/g),
      ...found(/repository: ['"]?([A-Za-z0-9_.-]+)\/[\w.-]+/g),
    ]
    // No account has an underscore in its name; what is in braces is the reader's own.
    const taken = owners.filter(({ name }) => !ownersOnGithub.has(name) && !name.includes('_'))
    expect(owners.length).toBeGreaterThan(20)
    expect(taken).toEqual([])
  })

  it('is not a publisher of an image [fault 79]', () => {
    const names = found(
      /\b((?:docker\.io|ghcr\.io|quay\.io|gcr\.io|cgr\.dev|public\.ecr\.aws|registry\.gitlab\.com|mcr\.microsoft\.com)\/[\w.-]+)/gi,
    )
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter(({ name }) => !publishers.has(name))).toEqual([])
  })

  it('is not a mail address of a person or a team [fault 79]', () => {
    const addresses = found(/[\w.+-]+@((?:[a-z0-9-]+\.)+[a-z]{2,})\b/g).filter(
      ({ name }) => !/^v\d|\.(ts|js|md|mjs|git|service)$/.test(name),
    )
    expect(addresses.length).toBeGreaterThan(3)
    expect(addresses.filter(({ name }) => !isReserved(name) && !signers.has(name))).toEqual([])
  })
})
