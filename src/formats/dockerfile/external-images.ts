import { isUnknown, showUnknown } from '../unknown-value.ts'
import { fullReference, parseImageReference } from '../image-reference.ts'
import { dockerfileFault } from './instructions.ts'
import type { BuildSettings, UsedImage } from './dockerfile.ts'
import { parseDockerfile } from './parse-dockerfile.ts'

/** An external image that a Dockerfile starts from or copies from, fully spelled. */
export interface ExternalImage extends Omit<UsedImage, 'word'> {
  /** As written, with build arguments expanded. */
  written: string
  /** Registry, repository and tag; `scratch` for the empty image. */
  reference: string
  /** Digest written in the Dockerfile. */
  digest: string | undefined
}

/**
 * Lists the external images that a Dockerfile uses, in the order of the text, for commands that need them before there
 * is an engine. Throws `SOURCE` if one is unknown.
 */
export function externalImages(text: string, settings: BuildSettings): ExternalImage[] {
  return parseDockerfile(text, settings).images.map(spelled)
}

function spelled({ word, reference: written, ...image }: UsedImage): ExternalImage {
  if (written === 'scratch') return { ...image, written, reference: written, digest: undefined }
  const parsed = isUnknown(written) ? undefined : parseImageReference(written)
  if (parsed !== undefined) return { ...image, written, reference: fullReference(parsed), digest: parsed.digest }
  const { line } = image
  const variable = /\$\{?([A-Za-z_]\w*)/.exec(word)?.[1]
  throw variable === undefined
    ? dockerfileFault(
        line,
        `"${showUnknown(written)}" is not an image reference`,
        'Write registry/repository:tag, or give the build argument in it a value.',
      )
    : dockerfileFault(
        line,
        `the image reference uses $${variable}, which has no value`,
        `Give ARG ${variable} a default before the first FROM, or set build.args.${variable} in the policy.`,
      )
}
