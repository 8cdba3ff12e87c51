/** Arguments for Loadline's own `inspect`: prints as JSON what is in an image archive. */
export function inspectImage(archive: string): string[] {
  return ['image', archive]
}

/** Prints as JSON which credentials are in an image archive, and what was not searched. */
export function searchSecrets(archive: string): string[] {
  return ['secrets', archive]
}

/** Prints as JSON which layers an image archive has, without reading them. */
export function listLayers(archive: string): string[] {
  return ['layers', archive]
}

/** Unpacks image archives, byte for byte, into one new or empty OCI layout directory; prints as JSON what it wrote. */
export function extractLayout(archives: readonly string[], directory: string): string[] {
  return ['extract', ...archives, directory]
}

/** Unpacks an image archive into one new or empty OCI layout directory, as an image for this platform and otherwise unchanged. */
export function assignPlatform(archive: string, platform: string, directory: string): string[] {
  return ['assign', archive, platform, directory]
}

/**
 * Unpacks an image archive into one new or empty OCI layout directory for scanners that know zstd only by its first
 * bytes: without the frames before them that zstd passes over. The configuration's digest stays.
 */
export function extractPlain(archive: string, directory: string): string[] {
  return ['plain', archive, directory]
}

/** Unpacks every file of an archive of several images into a new or empty directory. */
export function unpackArchive(archive: string, directory: string): string[] {
  return ['unpack', archive, directory]
}

/** Packs the named parts of a directory into a new archive that depends only on names and bytes. */
export function packArchive(directory: string, archive: string, parts: readonly string[]): string[] {
  return ['pack', directory, archive, ...parts]
}

/**
 * Writes an image archive as a new OCI layout directory that depends only on what is in the image: made at `epoch` (seconds since 1970), no file younger than 1980, owners by number,
 * one order and one compression. Prints as JSON what the engine said of each layer.
 */
export function normalizeImage(archive: string, directory: string, epoch: number): string[] {
  return ['normalize', archive, directory, String(epoch)]
}

/** Prints as JSON whether two archives have the same image, and what differs. */
export function compareImages(first: string, second: string): string[] {
  return ['compare', first, second]
}

/** Writes the image configuration's bytes to a new file. It contains the values of environment variables: keep it in containers. */
export function extractConfiguration(archive: string, file: string): string[] {
  return ['config', archive, file]
}

/**
 * Copies a Trivy report to a new file without the unused parts, nine tenths of a long one. A truncated report is refused.
 */
export function condenseReport(report: string, file: string): string[] {
  return ['condense', report, file]
}
