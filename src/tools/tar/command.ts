/** Packs the parts of an image layout into one archive in which nothing but names and bytes counts. */
export function packLayout({
  directory,
  archive,
  parts,
}: {
  directory: string
  archive: string
  parts: readonly string[]
}): string[] {
  return [
    'tar',
    '--create',
    '--format=gnu',
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--file',
    archive,
    '--directory',
    directory,
    ...parts,
  ]
}

/** Unpacks an archive of several images into a directory. Only for one whose list of entries was checked before. */
export function unpackLayout({ directory, archive }: { directory: string; archive: string }): string[] {
  return ['tar', '--extract', '--no-same-owner', '--no-same-permissions', '--file', archive, '--directory', directory]
}
