/** A platform in OCI notation, e.g. `linux/amd64`. */
export type ImagePlatform = 'linux/amd64' | 'linux/arm64'

/** The part of an OCI image configuration that a sealed image sets. Keys are spelled as the image specification spells them. */
export interface ImageConfig {
  Env?: string[]
  Entrypoint?: string[]
  Cmd?: string[]
  User?: string
  WorkingDir?: string
  Labels?: Record<string, string>
}

/** The result of assembling: uncompressed, deterministic layer tars in order, lowest first, and the configuration. */
export interface AssembledImage {
  layers: string[]
  config: ImageConfig
}

/** What an assembly may use. */
export interface AssembleContext {
  /** An empty directory of its own, removed once the layers have been taken. */
  work: string
  /** A directory that is kept and shared by all bases: for roots and downloads that several of them start from. */
  shared: string
  /** Runs a program without a shell; rejects with the program's last lines when it fails. */
  run(
    file: string,
    args: string[],
    options?: { cwd?: string; env?: Record<string, string>; input?: string },
  ): Promise<string>
  /** One line of progress. */
  say(detail: string): void
}

/** An image that stands in for official references if no container registry can be reached. */
export interface BaseImage {
  /** Short name, e.g. `python-slim`. */
  name: string
  /** The official references, fully spelled (`docker.io/library/python:3.11-slim-bookworm`), that it stands in for. */
  references: string[]
  platforms: ImagePlatform[]
  /** Changes whenever the definition changes the result; part of the cache key. */
  key: string
  assemble(context: AssembleContext, platform: ImagePlatform): Promise<AssembledImage>
}
