/** Directories of administrators' programs, which not every user's PATH has, and of Go's own installer. */
export const systemPath = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/go/bin']
