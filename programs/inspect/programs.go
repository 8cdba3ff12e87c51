package main

import (
	"path"
	"regexp"
	"strings"
)

// Programs are recognised by the name under which they can be called, because that is what an attacker's script tries.
var (
	shellName          = regexp.MustCompile(`^(sh|bash|dash|ash|rbash|busybox|zsh|ksh|ksh93|mksh|csh|tcsh|fish|pwsh)$`)
	packageManagerName = regexp.MustCompile(`^(apt|apt-get|aptitude|dpkg|apk|yum|dnf|dnf5|microdnf|tdnf|rpm|zypper|pacman|opkg|ipkg|emerge|xbps-install|nix-env|brew|snap|flatpak|` +
		`pip[0-9.]*|pipx|uv|uvx|poetry|conda|mamba|micromamba|easy_install[0-9.-]*|npm|npx|yarn|pnpm|corepack|bun|deno|gem|bundle|bundler|composer|cargo|cpan|cpanm|luarocks)$`)
	sshServerName = regexp.MustCompile(`^(sshd|dropbear|dropbearmulti|tinysshd)$`)
)

// Places that hold files named after a program which are not that program: completions, daily jobs, documentation.
var notPrograms = []string{
	"/etc/alternatives/", "/etc/apparmor.d/", "/etc/bash_completion.d/", "/etc/cron.daily/", "/etc/cron.hourly/", "/etc/cron.monthly/", "/etc/cron.weekly/", "/etc/default/",
	"/etc/init.d/", "/etc/kernel/", "/etc/logrotate.d/", "/etc/pam.d/", "/usr/lib/apt/planners/", "/usr/lib/apt/solvers/", "/usr/share/bash-completion/", "/usr/share/bug/",
	"/usr/share/doc/", "/usr/share/fish/", "/usr/share/lintian/", "/usr/share/zsh/", "/var/lib/dpkg/",
}

// isProgram reports whether a name runs something: an executable file, or a symbolic link that ends at one.
func (f *filesystem) isProgram(name string, found *node) bool {
	for _, place := range notPrograms {
		if strings.HasPrefix(name, place) {
			return false
		}
	}
	if found.kind == symlink {
		found = f.lookup(name)
	}
	return found != nil && found.kind == regular && found.mode&0o111 != 0
}

// isPythonModule recognises the directory that makes `python -m pip` work without a pip program.
func isPythonModule(name string, found *node) bool {
	if found.kind != directory || found.children["__main__.py"] == nil {
		return false
	}
	parent := path.Base(path.Dir(name))
	base := path.Base(name)
	return (parent == "site-packages" || parent == "dist-packages") && (base == "pip" || base == "conda" || base == "uv")
}
