/** Where administrators' programs are, which not every user's PATH names, and where Go's own installer puts it. */
export const systemPath = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/go/bin']
