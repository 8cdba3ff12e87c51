package credential

import (
	"bytes"
	"regexp"
	"strings"
)

// kept describes how files that exist to hold settings or credentials write them.
type kept struct {
	// names are the ends of the paths of such files.
	names *regexp.Regexp
	// shape finds each credential, in its last group; absent if settings are assigned to names.
	shape *regexp.Regexp
	Rule
}

func keptIn(names string, severity Severity, id, title, shape string) kept {
	one := kept{names: regexp.MustCompile(`(?i)^(?:[^/]*/)?(?:` + names + `)$`), Rule: Rule{ID: id, Issuer: "File", Title: title, Severity: severity}}
	if shape != "" {
		one.shape = regexp.MustCompile(`(?m)` + shape)
	}
	return one
}

// keepers are these files. A name alone is enough to look closer, and never enough to report.
var keepers = []kept{
	keptIn(`[._]netrc`, High, "netrc-password", "Password in a .netrc file", `(?:^|\s)password\s+(\S+)`),
	keptIn(`\.pgpass|pgpass\.conf`, High, "pgpass-password", "Password in a PostgreSQL password file", `^[^#:\n]+:[^:\n]*:[^:\n]*:[^:\n]*:(\S+)$`),
	keptIn(`\.docker/config\.json|\.dockercfg|\.dockerconfigjson|containers/auth\.json`, High, "registry-login", "Login of a container registry", `"(?:auth|identitytoken|registrytoken)"\s*:\s*"([A-Za-z0-9+/=._-]{8,})"`),
	keptIn(`etc/g?shadow-?`, Medium, "password-hash", "Hash of a password", `^[^:\n]+:(\$[^:\n]{8,}|_?[./0-9A-Za-z]{13,20}):`),
	keptIn(`\.?htpasswd`, Medium, "password-hash", "Hash of a password", `^[^:\n#]+:(\$[^:\n]{8,}|\{SHA\}\S+|[./0-9A-Za-z]{13})$`),
	keptIn(`\.vault-token|\.vault-pass(?:word)?(?:\.txt)?`, Critical, "vault-token", "Vault token", `^(\S{8,})$`),
	keptIn(`config/master\.key|credentials/[\w-]+\.key`, High, "rails-master-key", "Rails master key", `^([0-9a-f]{32})$`),
	keptIn(`settings(?:-security)?\.xml`, High, "maven-settings-password", "Password in Maven's settings", `(?i)<\s*(?:password|passphrase|master)\s*>\s*([^<\s{$][^<{]*[^<\s])\s*<`),
	keptIn(`nuget\.config`, High, "nuget-password", "Password in a NuGet configuration", `(?i)key="(?:Clear|)Text?Password"\s+value="([^"%]+)"`),
	keptIn(`\.npmrc|npmrc`, High, "npm-login", "Login of an npm registry", `^[^#;\n]*_(?:auth|authToken|password)\s*=\s*["']?([^\s"'$]{6,})`),
	keptIn(settingsFiles, High, "setting", "Setting that looks like a credential", ""),
}

// settingsFiles are configurations of applications and clients, and histories of shells. Templates are not among them: see isTemplate.
const settingsFiles = `\.env(?:\.[\w.-]+)?|[\w.-]+\.env|\.envrc|\.git/config|\.gitconfig|\.git-credentials|pip\.conf|pip\.ini|\.pypirc|\.condarc|\.gemrc|\.bundle/config|gem/credentials|\.yarnrc(?:\.yml)?|auth\.json|` +
	`gradle\.properties|\.aws/(?:credentials|config)|\.s3cfg|\.boto|rclone\.conf|\.?my\.cnf|\.kube/config|kubeconfig(?:\.ya?ml)?|\.terraformrc|credentials\.tfrc\.json|terraform\.tfstate(?:\.backup)?|[\w.-]+\.tfvars|` +
	`wp-config\.php|database\.yml|secrets?\.ya?ml|application(?:-[\w]+)?\.(?:properties|ya?ml)|appsettings(?:\.[\w]+)?\.json|local_settings\.py|\.(?:bash|zsh|ash|sh|python|psql|mysql|rediscli|node_repl)_history|\.profile|\.bashrc|environment`

var template = regexp.MustCompile(`(?i)[._-](?:example|sample|template|tmpl|dist|defaults?|schema)\b`)

// anyKeeper matches any of their names.
var anyKeeper = func() *regexp.Regexp {
	var names []string
	for _, one := range keepers {
		names = append(names, one.names.String())
	}
	return regexp.MustCompile(strings.Join(names, "|"))
}()

// HoldsSettings reports whether a file is a configuration, by its name.
func HoldsSettings(path string) bool {
	name := lastTwo(path)
	return anyKeeper.MatchString(name) && !template.MatchString(name)
}

// lastTwo is the name of a file with its directory.
func lastTwo(path string) string {
	slash := strings.LastIndexAny(path, "/!")
	if slash < 0 {
		return path
	}
	return path[strings.LastIndexAny(path[:slash], "/!")+1:]
}

// assigned is a line that gives a name a value, in an environment file, INI, properties, YAML or JSON.
var assigned = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+)?["']?([A-Za-z_][\w./-]*)["']?[ \t]*[:=][ \t]*(\S.*?)[ \t]*[,;]?[ \t]*\r?$`)

// FindKept calls `met` with what a file of settings keeps by its own rules, in addition to what is a credential anywhere.
func FindKept(path string, content []byte, met func(Match)) {
	name := lastTwo(path)
	if template.MatchString(name) {
		return
	}
	for number := range keepers {
		one := &keepers[number]
		switch {
		case !one.names.MatchString(name):
		case one.shape != nil:
			for _, found := range one.shape.FindAllSubmatchIndex(content, 1000) {
				if secret := content[found[2]:found[3]]; !isReference(unquote(string(secret))) {
					met(Match{Rule: &one.Rule, Start: found[0], End: found[1], Secret: secret})
				}
			}
		default:
			findAssigned(&one.Rule, content, met)
		}
	}
}

func findAssigned(rule *Rule, content []byte, met func(Match)) {
	for _, found := range assigned.FindAllSubmatchIndex(content, 100_000) {
		name, value := string(content[found[2]:found[3]]), content[found[4]:found[5]]
		if comment := bytes.Index(value, []byte(" #")); comment >= 0 {
			value = value[:comment]
		}
		if Suspect(strings.TrimSpace(name), string(value)) && !isPlaceholder(string(value)) {
			met(Match{Rule: rule, Start: found[0], End: found[1], Secret: value})
		}
	}
}

var placeholder = regexp.MustCompile(`(?i)^["']?(?:change[_ -]?me|change[_ -]?it|your[_ -].*|insert[_ -].*|replace[_ -].*|example.*|todo|tbd|dummy|placeholder|\.\.\.|null|none|nil|undefined|""|'')?["']?$`)

// isPlaceholder recognises values that only say that something belongs there.
func isPlaceholder(value string) bool {
	return placeholder.MatchString(strings.TrimSpace(value))
}
